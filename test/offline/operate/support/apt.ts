/**
 * apt of a node, for a Room: what is due there stands in `due.<node>`, as name, old and new version, and what it has put in is due no more.
 * @param verb by which it puts something in
 * @param more what happens then, for `$name`, `$old` and `$new` of each package
 */
export const aptStandIn = (verb: string, more = ":"): string => `case " $* " in
*" --simulate "*) while read -r name old new; do echo "Inst $name [$old] ($new Debian:12)"; done <"$R/due.$N" ;;
*" ${verb} "*)
  echo "$N updated" >>"$R/log"
  while read -r name old new; do ${more}; done <"$R/due.$N"
  : >"$R/due.$N" ;;
esac`;
