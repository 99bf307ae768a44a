"""Programs of others, always run with limits: what they read is hostile."""
import shutil, subprocess, tempfile

# A decoder takes a tenth of a second for 30 s of sound; what needs this long is stuck in our garbage.
SECONDS = 20
# No decoder here needs 200 MB; 2 GB leave room for address space that is never touched.
MEMORY = 2 << 30
# 30 s of 16-bit stereo at 48 kHz are 6 MB, 30 minutes of it 350.
OUTPUT = 400 << 20


class Missing(Exception):
    """A program that is not there, or failed."""


def require(packages):
    """`packages` says of which Debian package each program is. Raises Missing with those that have to be installed."""
    wanted = sorted({package for program, package in packages.items() if not shutil.which(program)})
    if wanted:
        raise Missing("Debian packages are needed: apt-get install " + " ".join(wanted))


def run(argv, stdin=None, seconds=SECONDS):
    """Runs `argv` within the limits and returns what it wrote; its status says nothing about damaged input.

    A program that is stopped for taking too long has still given what it wrote until then.
    """
    limits = ["prlimit", "--as=%d" % MEMORY, "--cpu=%d" % seconds, "--fsize=%d" % OUTPUT, "--core=0", "--"]
    child = subprocess.Popen(limits + [str(a) for a in argv], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
                             stdin=subprocess.PIPE if stdin is not None else subprocess.DEVNULL,
                             start_new_session=True)
    try:
        return child.communicate(stdin, timeout=2 * seconds)[0]
    except subprocess.TimeoutExpired:
        child.kill()
        return child.communicate()[0]


def make(argv, seconds=120):
    """Runs a program of ours on input of ours, which has to succeed."""
    done = subprocess.run([str(a) for a in argv], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, timeout=seconds,
                          stdin=subprocess.DEVNULL)
    if done.returncode:
        raise Missing("%s ended with status %d: %s" % (argv[0], done.returncode, done.stdout[-300:].decode(
            "utf-8", "replace")))
    return done.stdout


def workspace():
    """A folder for one decoding; a context manager that removes it."""
    return tempfile.TemporaryDirectory(prefix="pinstripe-leak-")
