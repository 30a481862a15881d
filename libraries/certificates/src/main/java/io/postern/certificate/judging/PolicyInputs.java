package io.postern.certificate.judging;

import java.util.Set;

/**
 * The inputs of RFC 5280 §6.1.1 (c) to (g). Mail asks for no policy: {@link #NONE}; the conformance
 * vectors do. A certificate that itself requires an explicit policy (RFC 5280 §4.2.1.11) is obeyed
 * either way.
 *
 * @param acceptable OIDs; empty: any
 */
record PolicyInputs(
    Set<String> acceptable, boolean explicit, boolean inhibitMapping, boolean inhibitAny) {
  /**
   * Any policy will do. None is mapped: PKIX keeps a node for each way to a policy, so that
   * mappings could multiply them with each certificate.
   */
  static final PolicyInputs NONE = new PolicyInputs(Set.of(), false, true, false);
}
