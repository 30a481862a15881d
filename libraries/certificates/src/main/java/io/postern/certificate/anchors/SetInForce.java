package io.postern.certificate.anchors;

import com.google.protobuf.ByteString;
import java.util.Set;

/**
 * An organization's own set, together with the default set in force. Immutable.
 *
 * @param name as "contoso/own"
 * @param withDefaults the installation's default set is part of it
 * @param removed SHA-256 of the certificates that the organization distrusts
 * @param anchors the anchors that count, the installation's distrust included
 */
public record SetInForce(
    String name, boolean withDefaults, Set<ByteString> removed, TrustAnchors anchors) {
  public SetInForce {
    removed = Set.copyOf(removed);
  }
}
