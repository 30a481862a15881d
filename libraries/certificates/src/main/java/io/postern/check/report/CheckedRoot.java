package io.postern.check.report;

import org.jspecify.annotations.Nullable;

/**
 * The root under a chain, against the anchors in use here. Immutable.
 *
 * @param facts null: its certificate is not at hand, only {@code name}
 * @param name the root's subject, or the issuer that the last certificate at hand names
 * @param advice the steps to install it, and the place; empty: it is trusted
 */
public record CheckedRoot(
    boolean trusted, String name, @Nullable CertificateIdentity facts, String advice) {}
