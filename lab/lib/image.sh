# Where the guest image of this recipe lies. The hash covers the recipe alone, so it is known before anything is built.

image_recipe_hash() {
  (cd "$LAB/image" && find . -type f -print0 | sort -z | xargs -0 sha256sum && echo "suite $SUITE") | sha256sum | cut -c1-12
}

IMAGE_HASH=$(image_recipe_hash)
IMAGE=$CACHE/images/$SUITE-$IMAGE_HASH
IMAGE_VOLUME=qvd-ha-$SUITE-$IMAGE_HASH.qcow2

image_present() { [ -e "$IMAGE/complete" ]; }
