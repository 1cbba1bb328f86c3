# Packages, each built from what git knows of the tree, in build/packages; and builds for other machines.

# What version this is.
.PHONY: version
version:
	@echo "$(VERSION)"

# The source as one file, the same bytes each time.
.PHONY: dist
dist:
	@packaging/dist "$(VERSION)"

# The Debian package, checked by lintian. VERSION=0.1.9 makes it an older one, to upgrade from.
.PHONY: deb
deb:
	@packaging/deb "$(VERSION)"

# Whether that gives the same bytes twice, in two folders.
.PHONY: deb-twice
deb-twice:
	@packaging/deb-twice "$(VERSION)"

# The RPM, built here by rpmbuild, as far as Debian has what it asks for.
.PHONY: rpm
rpm:
	@packaging/rpm-build "$(VERSION)"

# For another machine, with its unit tests: make cross ARCH=arm64 (i386, s390x, musl, ...). QEMU runs them. As root, in a
# Debian of its own in build/cross, which is made first, so that this one's packages stay as they are.
.PHONY: cross
cross:
	@packaging/cross "$(ARCH)"
