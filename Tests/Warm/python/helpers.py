"""What `site` puts into the builtins."""
import builtins
import site
import sys

print(sorted(set(dir(builtins))), quit, exit, repr(copyright)[:40], repr(help)[:40])
print(site.ENABLE_USER_SITE, site.USER_SITE, site.USER_BASE, site.PREFIXES)
print(site.getsitepackages(), site.getusersitepackages(), sys.path)
breakpoint()
exit(8)
