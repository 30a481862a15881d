package io.postern.certificate;

import io.postern.contracts.v1.VerdictReason;

/**
 * The fault of a chain: a reason of the closed list (docs/design/architecture.md, "Certificate
 * verdicts") and a sentence for the administrator.
 */
public record Problem(VerdictReason reason, String detail) {}
