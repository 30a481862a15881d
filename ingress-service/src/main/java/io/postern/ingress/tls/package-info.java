/**
 * The server's side of TLS:
 *
 * <ol>
 *   <li>{@link TlsFileSettings} are read by {@link CertificateSettings} and {@link OfferSettings}.
 *   <li>{@link ServerTls} makes the server of {@link CertificateFiles}, and holds it.
 *   <li>{@link KeyFiles} looks at all {@link WatchedFiles} for changes.
 *   <li>{@link PresentedCertificates} shows the certificates in use.
 * </ol>
 */
@org.jspecify.annotations.NullMarked
package io.postern.ingress.tls;
