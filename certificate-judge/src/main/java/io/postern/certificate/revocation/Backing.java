package io.postern.certificate.revocation;

import io.postern.contracts.v1.RevocationEvidence;
import java.time.Instant;
import java.util.List;

/**
 * Why somebody beside a path is believed.
 *
 * @param until from when on looking again may give something else
 * @param evidence about him and those above him, as far as the path does not have them
 */
public record Backing(Instant until, List<RevocationEvidence> evidence) {
  /** Of the path's own: the path is judged with them. */
  public static final Backing OF_THE_PATH = new Backing(Instant.MAX, List.of());
}
