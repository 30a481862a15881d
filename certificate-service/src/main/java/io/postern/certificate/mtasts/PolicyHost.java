package io.postern.certificate.mtasts;

import io.postern.certificate.ParsedCertificate;
import io.postern.certificate.UnusableCertificateException;
import io.postern.certificate.fetch.FetchException;
import io.postern.certificate.fetch.FetchException.Kind;
import io.postern.certificate.fetch.FetchSettings;
import io.postern.certificate.fetch.HttpFetch;
import io.postern.certificate.fetch.TlsClient;
import io.postern.certificate.judging.JudgedServers;
import io.postern.dns.mtasts.StsPolicy;
import io.postern.dns.tlsrpt.ResultType;
import io.postern.names.CertificateNames;
import java.io.ByteArrayOutputStream;
import java.util.Optional;

/**
 * The fetch of a policy from its host (RFC 8461 §3.3), whose chain is judged as every other one, by
 * the default anchors, and must have the host among its DNS-IDs. Any thread; blocks as {@link
 * HttpFetch} does. Its turns are its own: the lists that a judgement needs are fetched by others.
 */
final class PolicyHost implements AutoCloseable {
  static final int MAX_BYTES = StsPolicy.MAX_BYTES;

  /** Of all patterns of a policy, so that the policies of many domains can be kept. */
  static final int MAX_MX_BYTES = 8 * 1024;

  private static final String MEDIA_TYPE = "text/plain";
  private static final HttpFetch.Request REQUEST =
      new HttpFetch.Request(MEDIA_TYPE, null, null, MAX_BYTES, false);

  private final HttpFetch http;
  private final JudgedServers servers;

  PolicyHost(FetchSettings settings, JudgedServers servers) {
    this.servers = servers;
    this.http = HttpFetch.overTls(settings, this::check);
  }

  /** §3.3: the policy domain with a fixed first label and path. */
  static String url(String domain) {
    return "https://mta-sts." + domain + "/.well-known/mta-sts.txt";
  }

  /**
   * @param domain policy domain, lower case A-labels
   */
  StsPolicy fetch(String domain) throws PolicyFetchException, InterruptedException {
    ByteArrayOutputStream body = new ByteArrayOutputStream();
    try {
      http.fetch(url(domain), REQUEST, () -> body);
    } catch (FetchException e) {
      throw PolicyFetchException.of(e);
    }
    try {
      StsPolicy policy = StsPolicy.parse(body.toByteArray());
      int bytes = policy.hosts().stream().mapToInt(String::length).sum();
      if (bytes > MAX_MX_BYTES) {
        throw new PolicyFetchException(
            ResultType.STS_POLICY_INVALID,
            "the mx patterns have " + bytes + " bytes, at most " + MAX_MX_BYTES + " are kept");
      }
      return policy;
    } catch (IllegalArgumentException e) {
      throw new PolicyFetchException(ResultType.STS_POLICY_INVALID, String.valueOf(e.getMessage()));
    }
  }

  private void check(String host, TlsClient.Shown shown)
      throws FetchException, InterruptedException {
    Optional<String> fault = servers.fault(shown.chain(), shown.stapled());
    if (fault.isPresent()) {
      throw new FetchException(Kind.UNTRUSTED, fault.get());
    }
    try {
      ParsedCertificate leaf = ParsedCertificate.parse(shown.chain().getFirst());
      if (!CertificateNames.matches(host, CertificateNames.dnsIds(leaf.x509()))) {
        throw new FetchException(
            Kind.UNTRUSTED, "the server's certificate has no DNS name for " + host);
      }
    } catch (UnusableCertificateException e) {
      throw new IllegalStateException("its chain was found valid", e);
    }
  }

  @Override
  public void close() {
    http.close();
  }
}
