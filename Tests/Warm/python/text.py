"""Text that is no ASCII, and text that is no text."""
import sys

print("äöü", "\N{SNOWMAN}", ascii("\udcff"), file=sys.stderr)
print("äöü", "\N{SNOWMAN}", "\udcff", sys.argv)
print("\udcff", file=sys.stderr)
with open("written.txt", "w") as file:
    print(file.encoding, file.errors, file.write("ü"))
print("\ud800")
