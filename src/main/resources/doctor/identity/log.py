"""Prints the kernel's log, which says whose kernel it is."""
import ctypes

text = ctypes.create_string_buffer(65536)
length = ctypes.CDLL(None).klogctl(3, text, len(text))
print(text.value[:length].decode(errors="replace"))
