# How deep the decoder's calls go: the bytes of stack from the entry of a function of the API to the lowest
# place that the object's own code takes, along the deepest path of calls.
#
#   llvm-objdump -d -r --no-show-raw-insn OBJECT | awk -f stack.awk -v api="NAME NAME…"
#
# Clang writes .stack_sizes for this, but not of Swift. So the stack pointer is followed from each function's
# first instruction to its last, and the relocations of calls and jumps from function to function. What
# callbacks, memcpy and the like take is theirs and does not count. Prints "BYTES PATH" of each function of
# the API, the deepest last. Ends with 1 where it cannot tell: a frame of a size that is computed, recursion,
# a name that nothing has, an instruction that the disassembler does not know.

function refuse(why) {
  if (!is_refused) print "error: the stack cannot be told: " why > "/dev/stderr"
  is_refused = 1
  exit 1
}

# Of `#0x10`, `-0x10` and `$16`, without sign.
function number(text,    value, place) {
  gsub(/[-$#]/, "", text)
  if (text !~ /^0x/) return text + 0
  for (place = 3; place <= length(text); place++)
    value = 16 * value + index("0123456789abcdef", substr(text, place, 1)) - 1
  return value
}

# The last number of an instruction.
function amount(text) {
  sub(/\]!?$/, "", text)
  sub(/.*[, \t]/, "", text)
  return number(text)
}

# How many registers a list in braces has.
function registers(text) {
  return gsub(/,/, "", text) + 1
}

# How far an instruction moves the pointer down. ARM's conditional ones are ways out, and what follows them
# has all of the frame still.
function step(code, text) {
  if (code ~ /^sub[w]?(\.w)?$/ && text ~ /^[a-z.]+[ \t]+sp, (sp, )?#/) return amount(text)
  if (code ~ /^add[w]?(\.w)?$/ && text ~ /^[a-z.]+[ \t]+sp, (sp, )?#/) return -amount(text)
  if (code == "addi" && text ~ /[ \t]sp, sp, /) return (text ~ /, -/ ? 1 : -1) * amount(text)
  if (text ~ /^(subq|addq)[ \t]+\$.*, %rsp$/) {
    sub(/,[^,]*$/, "", text)
    return (code == "subq" ? 1 : -1) * amount(text)
  }
  if (text ~ /^leaq[ \t]+-?0x[0-9a-f]+\(%rsp\), %rsp$/) {
    sub(/\(.*/, "", text)
    return (text ~ /-/ ? 1 : -1) * amount(text)
  }
  if (code == "pushq") return 8
  if (code == "popq") return -8
  if (code ~ /^push(\.w)?$/ && text !~ /-/) return 4 * registers(text)
  if (code ~ /^pop(\.w)?$/ && text !~ /-/) return -4 * registers(text)
  if (code == "vpush" && text !~ /-/) return 8 * registers(text)
  if (code == "vpop" && text !~ /-/) return -8 * registers(text)
  if (text ~ /\[sp, #-.*\]!$/) return amount(text)
  if (text ~ /\[sp\], #/) return -amount(text)
  if (text ~ /sp!|\[sp.*\]!$|, %rsp$|^(v?push|v?pop)[ \t.]|^(add|sub|mov|and|bic|orr|mv)[a-z.]*[ \t]+sp,|<unknown>/)
    refuse(text)
  return 0
}

/^[0-9a-f]+ <.*>:$/ {
  name = substr($2, 2, length($2) - 3)
  sub(/^\.text\./, "", name)
  # Others are labels within a function.
  if (name !~ /^\.L/) lines[current = name] = 0
  next
}

/^[ \t]*[0-9a-f]+:/ {
  count = ++lines[current]
  if ($0 ~ /:[ \t]+R_/) {
    relocation[current, count] = $2 " " $3
    next
  }
  text = $0
  sub(/^ *[0-9a-f]+:[ \t]*/, "", text)
  sub(/[ \t]*(@|\/\/|#  ).*$/, "", text)
  place = $1
  sub(/:$/, "", place)
  places[current, count] = place
  texts[current, count] = text
}

# Follows a function: `total` is what it takes with all that it calls, `path` the deepest way there, `net`
# where it leaves the pointer, which the compiler's outlined pieces move for those who call them.
function walk(name,    line, count, text, code, depth, deepest, known, is_cut, target, kind, callee, is_call, pair, here, most, way) {
  if (name in total) return
  if (name in busy) refuse(name " calls itself.")
  busy[name] = 1
  count = lines[name]
  most = 0
  for (line = 1; line <= count; line++) {
    if ((name, line) in relocation) {
      split(relocation[name, line], kind, " ")
      callee = ""
      if (kind[1] ~ /^R_RISCV_CALL/) pair = kind[2]
      else if (kind[1] ~ /(CALL(26)?|JUMP(24|26)|X86_64_PLT32)$/) callee = kind[2]
      target = ""
      # Of RISC-V's pairs the second instruction says what it is.
      if (callee == "") continue
    } else {
      # A jump without relocation stays here.
      if (target != "" && !(target in known)) known[target] = depth
      target = callee = ""
      text = texts[name, line]
      code = text
      sub(/[ \t].*/, "", code)
      # What is jumped to in a way that was not seen is taken to have all that was ever taken.
      if (is_cut) depth = places[name, line] in known ? known[places[name, line]] : deepest
      depth += step(code, text)
      if (depth > deepest) deepest = depth
      if (depth > most) {
        most = depth
        way = ""
      }
      is_call = code ~ /^(bl|blx|blr|callq|jalr)$/
      is_cut = code ~ /^(ret|retq|jmpq|br|bx|j|jr|b|b\.[nw]|jmp|brk|udf|ud2|ebreak|unimp)$/ || text ~ /^pop.*pc}$/
      if (code ~ /^(ret|retq|bx|jr)$/) net[name] = depth
      if (code == "callq" && text ~ /\*/ && depth + 8 > most) most = depth + 8
      if (!is_call && match(text, /0x[0-9a-f]+ <[^<]*$/)) {
        target = substr(text, RSTART + 2, RLENGTH)
        sub(/ .*/, "", target)
      }
      if (code !~ /^(jalr|jr)$/ || pair == "") continue
      callee = pair
      pair = ""
    }
    sub(/-0x4$/, "", callee)
    sub(/^\.text\./, "", callee)
    here = depth + 8 * (code == "callq")
    if (callee in lines) {
      walk(callee)
      here += total[callee]
      if (is_call && callee ~ /^OUTLINED/) depth += net[callee]
      if (depth > deepest) deepest = depth
    } else if (callee !~ /^(memcpy|memset|memmove|__aeabi_[a-z0-9_]+)$/) refuse("nothing is named " callee ".")
    if (here >= most) {
      most = here
      way = " > " (callee in lines ? path[callee] : callee)
    }
  }
  delete busy[name]
  path[name] = name " (" deepest ")" way
  total[name] = most
}

END {
  if (is_refused) exit 1
  count = split(api, names, " ")
  for (place = 1; place <= count; place++) {
    if (!(names[place] in lines)) refuse("nothing is named " names[place] ".")
    walk(names[place])
    print total[names[place]], path[names[place]] | "sort -n"
  }
  close("sort -n")
}
