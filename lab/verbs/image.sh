# lab image: builds the guest image of this recipe unless it is there.

verb_image() {
  need_root
  with_host_lock install_host_packages
  with_host_lock fetch_chronyd
  if ! image_present; then
    mkdir -p "$CACHE/images"
    (
      flock --wait 1800 8 || die "another run has been building the image for 30 minutes"
      if ! image_present; then
        say "guest image $SUITE-$IMAGE_HASH: building (about two minutes)"
        # A mount namespace of its own, so that nothing stays mounted if this is killed.
        unshare --mount --propagation private "$LAB/image/build.sh" "$SUITE" "$IMAGE" "$IMAGE_VOLUME" 8>&- 9>&- >&2
      fi
    ) 8>"$CACHE/images/.lock"
    say "guest image $SUITE-$IMAGE_HASH: built"
  fi
}
