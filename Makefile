# Every verb is a script in tools/verbs, which can be called as it is. STACK chooses the stack (default dev).
.PHONY: up preview status psql drill down compare test unit offline host e2e check fix
.SUFFIXES:

up:
	@tools/verbs/up $(ARGS)
preview:
	@tools/verbs/preview $(ARGS)
status:
	@tools/verbs/status $(ARGS)
psql:
	@tools/verbs/psql $(ARGS)
drill:
	@tools/verbs/drill $(FAULT) $(ARGS)
down:
	@tools/verbs/down
compare:
	@tools/verbs/compare
test:
	@tools/verbs/test
check unit offline host e2e:
	@tools/verbs/test $@
fix:
	@npm run --silent fix
