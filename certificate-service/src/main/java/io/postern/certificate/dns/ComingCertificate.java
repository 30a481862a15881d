package io.postern.certificate.dns;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * When ingress may present a coming certificate (RFC 7671 §8.1).
 *
 * @param sha256 of the certificate
 * @param planned by ingress' settings; null: not said
 * @param from null: not before all records are published
 * @param tooEarly it is planned for a time before that
 */
public record ComingCertificate(
    String sha256,
    @Nullable Instant planned,
    @Nullable Instant from,
    boolean tooEarly,
    String note) {}
