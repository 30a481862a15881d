package io.postern.certificate.anchors;

import io.postern.certificate.ParsedCertificate;

/**
 * A certificate and where it comes from. Immutable.
 *
 * @param source as it is recorded and shown: {@code jdk}, {@code system FILE}, {@code pem FILE},
 *     {@code folder FILE}, {@code url URL}
 */
record Anchor(ParsedCertificate certificate, String source) {}
