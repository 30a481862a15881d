package io.postern.operator.hybrid;

/**
 * Our names as the servers on premises see them. The directory has none of them. Immutable.
 *
 * @param ingress the host that the servers send to
 * @param ingressCertificate a name in its certificate
 * @param clientCertificate a name in the certificate that delivery-service shows to the servers
 */
public record Ours(String ingress, String ingressCertificate, String clientCertificate) {
  static final String INGRESS = "<our-ingress>";
  static final String INGRESS_CERTIFICATE = "<our-certificate>";
  static final String CLIENT_CERTIFICATE = "<our-client-certificate>";

  /** Names that were not given are places to be filled in; the certificate's may be the host's. */
  public static Ours of(String ingress, String ingressCertificate, String clientCertificate) {
    return new Ours(
        ingress.isEmpty() ? INGRESS : ingress,
        !ingressCertificate.isEmpty()
            ? ingressCertificate
            : ingress.isEmpty() ? INGRESS_CERTIFICATE : ingress,
        clientCertificate.isEmpty() ? CLIENT_CERTIFICATE : clientCertificate);
  }
}
