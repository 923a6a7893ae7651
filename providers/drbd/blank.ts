import type { Sh } from "../remote";
import { raw } from "../remote";

/**
 * Bash function `zeros DISK SIZE END`: looks at the disk's bytes before END, and prints `zero`, or `data OFFSET` of the first byte that is not, or `untested REASON`.
 * drbdmeta looks at the first 68 KiB only, so this looks everywhere: the first and last MiB completely; 512 samples of 64 KiB at even distances, which also hit
 * the heads of XFS's allocation groups; every backup superblock of ext4; and all of a disk up to 64 MiB. One process, and 34 MiB to read, whatever the size.
 */
export const ZEROS: Sh = raw(String.raw`zeros() {
  command -v perl >/dev/null || { echo "untested perl is not installed"; return 0; }
  timeout 90 perl -e '
    my ($dev, $size, $end) = @ARGV; my $M = 1048576; my @at;
    open(my $f, "<:raw", $dev) or do { print "untested $!\n"; exit };
    sub span { my ($o, $n) = @_; $o = 0 if $o < 0; $n = $end - $o if $o + $n > $end; push @at, [$o, $n] if $n > 0 }
    span(0, $M); span($end - $M, $M);
    if ($end <= 64 * $M) { for (my $o = 0; $o < $end; $o += $M) { span($o, $M) } }
    else {
      span(4096 * int($size * $_ / 512 / 4096), 65536) for 0 .. 511;
      for my $base (3, 5, 7) { for (my $g = 1; $g * 128 * $M < $end; $g *= $base) { span($g * 128 * $M, 8192) } }
    }
    for my $s (sort { $a->[0] <=> $b->[0] } @at) {
      my ($o, $n) = @$s; my $b = "";
      sysseek($f, $o, 0);
      while (length($b) < $n) { my $r = sysread($f, $b, $n - length($b), length($b)); last unless $r }
      if (length($b) < $n) { print "untested cannot read at $o: $!\n"; exit }
      if ($b =~ /[^\0]/) { print "data ", $o + $-[0], "\n"; exit }
    }
    print "zero\n"' "$1" "$2" "$3" || echo "untested reading did not end in 90 s"
}`);

/** Result of the blank test. */
export type Zeros =
  | { readonly kind: "zero" }
  | { readonly kind: "data"; readonly offset: number }
  | { readonly kind: "untested"; readonly reason: string };

export function parseZeros(line: string): Zeros {
  const data = /^data (\d+)$/.exec(line.trim());
  if (data) return { kind: "data", offset: Number(data[1]) };
  if (line.trim() === "zero") return { kind: "zero" };
  return { kind: "untested", reason: line.trim().replace(/^untested /, "") || "the test said nothing" };
}
