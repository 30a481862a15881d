package io.postern.certificate.judging;

import com.google.protobuf.ByteString;
import io.postern.certificate.anchors.TrustAnchors;
import io.postern.contracts.Spelling;
import io.postern.contracts.v1.CertificateRequest;
import io.postern.contracts.v1.CertificateRole;
import io.postern.contracts.v1.CertificateVerdict;
import io.postern.contracts.v1.RevocationMode;
import io.postern.contracts.v1.VerdictResult;
import java.security.GeneralSecurityException;
import java.security.SecureRandom;
import java.security.cert.CertificateException;
import java.security.cert.X509Certificate;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManager;
import javax.net.ssl.X509TrustManager;

/**
 * A TLS client's trust in the servers whose chain is good by our rules and anchors, distrust
 * included; revocation as far as it can be had. The name is compared by JSSE, which does that for a
 * manager like this one wherever the client demands it. Any thread; blocks as {@link ChainJudge}
 * does.
 */
public record JudgedServers(ChainJudge judge, Supplier<TrustAnchors> anchors, InstantSource clock)
    implements X509TrustManager {
  /** A new context, without sessions of an earlier one. */
  public SSLContext context() {
    try {
      SSLContext context = SSLContext.getInstance("TLS");
      context.init(null, new TrustManager[] {this}, new SecureRandom());
      return context;
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("every JDK has TLS", e);
    }
  }

  @Override
  public void checkServerTrusted(X509Certificate[] chain, String authType)
      throws CertificateException {
    List<byte[]> ders = new ArrayList<>();
    for (X509Certificate certificate : chain) {
      ders.add(certificate.getEncoded());
    }
    Optional<String> fault;
    try {
      fault = fault(ders, new byte[0]);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new CertificateException("interrupted", e);
    }
    if (fault.isPresent()) {
      throw new CertificateException(fault.get());
    }
  }

  /**
   * Why a server is not trusted; empty: its chain is good. The name is the caller's to compare.
   *
   * @param chain as presented (DER), leaf first
   * @param stapled its stapled OCSP response; empty: none
   */
  public Optional<String> fault(List<byte[]> chain, byte[] stapled) throws InterruptedException {
    CertificateRequest.Builder request =
        CertificateRequest.newBuilder()
            .setRole(CertificateRole.ROLE_SERVER)
            .setRevocation(RevocationMode.REVOCATION_BEST_EFFORT)
            .setStapledOcsp(ByteString.copyFrom(stapled));
    chain.forEach(der -> request.addChain(ByteString.copyFrom(der)));
    CertificateVerdict verdict = judge.judge(request.build(), anchors.get(), clock.instant());
    return verdict.getResult() == VerdictResult.GOOD
        ? Optional.empty()
        : Optional.of(
            "the server's certificate is "
                + Spelling.verdict(verdict)
                + ": "
                + verdict.getDetail());
  }

  @Override
  public void checkClientTrusted(X509Certificate[] chain, String authType)
      throws CertificateException {
    throw new CertificateException("clients are not checked here");
  }

  @Override
  public X509Certificate[] getAcceptedIssuers() {
    return new X509Certificate[0];
  }
}
