"""A second AAC encoder: Debian's libvo-aacenc, whose interface is a table of functions (voAAC.h, voAudio.h)."""
import ctypes

ADTS_PARAMETER, AAC, FRAME = 0x42211040, 8, 1024 * 2 * 2


class Parameters(ctypes.Structure):
    _fields_ = [("rate", ctypes.c_int), ("bits", ctypes.c_int), ("channels", ctypes.c_short), ("adts", ctypes.c_short)]


class Buffer(ctypes.Structure):
    _fields_ = [("bytes", ctypes.c_void_p), ("length", ctypes.c_uint32), ("time", ctypes.c_int64)]


class Start(ctypes.Structure):
    """`kind` 0: `memory` is a table of the functions that allocate, of which the library exports its own."""
    _fields_ = [("kind", ctypes.c_int), ("memory", ctypes.c_void_p), ("reserved", ctypes.c_uint32 * 2)]


class Output(ctypes.Structure):
    _fields_ = [("format", ctypes.c_int32 * 3), ("used", ctypes.c_uint32), ("reserved", ctypes.c_uint32)]


def call(*types): return ctypes.CFUNCTYPE(ctypes.c_uint32, *types)


class Functions(ctypes.Structure):
    _fields_ = [("init", call(ctypes.POINTER(ctypes.c_void_p), ctypes.c_int, ctypes.c_void_p)),
                ("input", call(ctypes.c_void_p, ctypes.POINTER(Buffer))),
                ("output", call(ctypes.c_void_p, ctypes.POINTER(Buffer), ctypes.POINTER(Output))),
                ("set", call(ctypes.c_void_p, ctypes.c_int32, ctypes.c_void_p)),
                ("get", call(ctypes.c_void_p, ctypes.c_int32, ctypes.c_void_p)),
                ("end", call(ctypes.c_void_p))]


def encode(pcm, bits):
    """16-bit stereo at 44.1 kHz as AAC in ADTS, `bits` a second."""
    api, handle, library = Functions(), ctypes.c_void_p(), ctypes.CDLL("libvo-aacenc.so.0")
    library.voGetAACEncAPI(ctypes.byref(api))
    names = ("Alloc", "Free", "Set", "Copy", "Check", "Compare", "Move")
    memory = (ctypes.c_void_p * 7)(*(ctypes.cast(library["cmnMem" + n], ctypes.c_void_p).value for n in names))
    start, parameters = Start(0, ctypes.addressof(memory)), Parameters(44100, bits, 2, 1)
    if (api.init(ctypes.byref(handle), AAC, ctypes.addressof(start))
            or api.set(handle, ADTS_PARAMETER, ctypes.addressof(parameters))):
        raise OSError("libvo-aacenc refused its parameters")
    target, made = ctypes.create_string_buffer(8192), []
    for at in range(0, len(pcm) - FRAME + 1, FRAME):
        piece = ctypes.create_string_buffer(pcm[at:at + FRAME], FRAME)
        api.input(handle, Buffer(ctypes.addressof(piece), FRAME, 0))
        frame = Buffer(ctypes.addressof(target), len(target), 0)
        if api.output(handle, frame, Output()) == 0:
            made.append(target.raw[:frame.length])
    api.end(handle)
    return b"".join(made)
