"""What is imported already, and how more would be."""
import sys

print(list(sys.modules))
print(sys.builtin_module_names, sys.meta_path, sys.path)
print([hook.__name__ for hook in sys.path_hooks], sorted(sys.path_importer_cache))
for name in ("os", "site", "io", "codecs", "__main__"):
    module = sys.modules[name]
    print(name, getattr(module, "__file__", None), sorted(vars(module)))
