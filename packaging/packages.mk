# Packages, each built from what git knows of the tree, in build/packages; and builds for other machines.

.PHONY: version dist deb deb-twice rpm cross
# What version this is.
version:
	@echo "$(VERSION)"

# The source as one file, the same bytes each time.
dist:
	@packaging/dist "$(VERSION)"

# For Debian: built, checked by lintian. VERSION=0.1.9 makes it an older one, to upgrade from.
deb:
	@packaging/deb "$(VERSION)"

# Whether that gives the same bytes twice, in two folders.
deb-twice:
	@packaging/deb-twice "$(VERSION)"

# For those who use RPM: built here by rpmbuild, as far as Debian has what it asks for.
rpm:
	@packaging/rpm-build "$(VERSION)"

# For another machine, its unit tests run by QEMU: make cross ARCH=arm64 (i386, s390x, musl, ...). As root, in a Debian
# of its own in build/cross, so that this one's packages stay as they are.
cross:
	@packaging/cross "$(ARCH)"
