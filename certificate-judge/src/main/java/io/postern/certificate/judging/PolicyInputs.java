package io.postern.certificate.judging;

import java.util.Set;

/**
 * The inputs of RFC 5280 §6.1.1 (c) to (g). Mail asks for no policy: {@link #NONE}; the conformance
 * vectors do.
 *
 * @param acceptable OIDs; empty: any
 */
public record PolicyInputs(
    Set<String> acceptable, boolean explicit, boolean inhibitMapping, boolean inhibitAny) {
  public static final PolicyInputs NONE = new PolicyInputs(Set.of(), false, false, false);
}
