package io.postern.link;

import java.security.GeneralSecurityException;
import java.security.InvalidKeyException;
import java.security.KeyStore;
import java.security.PrivateKey;
import java.security.Signature;
import java.security.cert.CertPath;
import java.security.cert.CertPathValidator;
import java.security.cert.Certificate;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.PKIXParameters;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.Date;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.config.SecurityConfig;
import org.apache.kafka.common.config.SslConfigs;
import org.apache.kafka.common.config.types.Password;
import org.apache.kafka.common.security.ssl.DefaultSslEngineFactory;
import org.jspecify.annotations.Nullable;

/** The content of a link's files at one time; printed it is hidden. */
record LinkContent(Password key, Password chain, Password authority) {
  private static final String ALIAS = "kafka"; // DefaultSslEngineFactory's, for PEM

  /**
   * @param subject of the own certificate, as a broker without rules for names has it
   * @param end when the first certificate of the own chain ends
   * @param authorityEnd when the last trusted certificate ends
   * @param trusted the own chain leads to a trusted certificate and holds now
   */
  record Facts(String subject, Instant end, Instant authorityEnd, boolean trusted) {}

  /**
   * Kafka's engines with this content in place of the files that the settings name.
   *
   * @throws KafkaException where a part is missing or cannot be read
   */
  DefaultSslEngineFactory engines(Map<String, ?> settings) {
    Map<String, @Nullable Object> inline = new HashMap<>();
    for (String key : settings.keySet()) {
      if (key.startsWith("ssl.") || key.equals(SecurityConfig.SECURITY_PROVIDERS_CONFIG)) {
        // One by one: Kafka counts a setting that nobody got as unused.
        inline.put(key, settings.get(key));
      }
    }
    inline.remove(SslConfigs.SSL_KEYSTORE_LOCATION_CONFIG);
    inline.remove(SslConfigs.SSL_TRUSTSTORE_LOCATION_CONFIG);
    inline.put(SslConfigs.SSL_KEYSTORE_TYPE_CONFIG, DefaultSslEngineFactory.PEM_TYPE);
    inline.put(SslConfigs.SSL_KEYSTORE_KEY_CONFIG, kafkasKey());
    inline.put(SslConfigs.SSL_KEYSTORE_CERTIFICATE_CHAIN_CONFIG, chain);
    inline.put(SslConfigs.SSL_TRUSTSTORE_CERTIFICATES_CONFIG, authority);
    DefaultSslEngineFactory engines = new DefaultSslEngineFactory();
    engines.configure(inline);
    return engines;
  }

  private Password kafkasKey() {
    try {
      return PrivateKeyPem.pkcs8(key);
    } catch (InvalidKeyException unreadable) {
      throw new KafkaException("the private key cannot be read", unreadable);
    }
  }

  /**
   * @param settings of a user
   * @throws GeneralSecurityException where the key is another certificate's
   * @throws KafkaException where a part is missing or cannot be read
   */
  Facts facts(Map<String, ?> settings, Instant now) throws GeneralSecurityException {
    DefaultSslEngineFactory engines = engines(settings);
    KeyStore own = engines.keystore();
    List<X509Certificate> chain = new ArrayList<>();
    for (Certificate certificate : own.getCertificateChain(ALIAS)) {
      chain.add((X509Certificate) certificate);
    }
    Password password = (Password) settings.get(SslConfigs.SSL_KEY_PASSWORD_CONFIG);
    char[] secret = password == null ? null : password.value().toCharArray();
    match((PrivateKey) own.getKey(ALIAS, secret), chain.getFirst());
    KeyStore authorities = engines.truststore();
    List<X509Certificate> trusted = new ArrayList<>();
    for (String alias : Collections.list(authorities.aliases())) {
      trusted.add((X509Certificate) authorities.getCertificate(alias));
    }
    return new Facts(
        chain.getFirst().getSubjectX500Principal().getName(),
        chain.stream().map(LinkContent::end).min(Comparator.naturalOrder()).orElseThrow(),
        trusted.stream().map(LinkContent::end).max(Comparator.naturalOrder()).orElseThrow(),
        trusted(chain, authorities, now));
  }

  private static Instant end(X509Certificate certificate) {
    return certificate.getNotAfter().toInstant();
  }

  private static void match(PrivateKey key, X509Certificate leaf) throws GeneralSecurityException {
    String algorithm = "SHA256with" + (key.getAlgorithm().equals("EC") ? "ECDSA" : "RSA");
    Signature signature = Signature.getInstance(algorithm);
    signature.initSign(key);
    signature.update(leaf.getEncoded());
    byte[] signed = signature.sign();
    try {
      signature.initVerify(leaf.getPublicKey());
      signature.update(leaf.getEncoded());
      if (signature.verify(signed)) {
        return;
      }
    } catch (InvalidKeyException ofAnotherKind) {
      // as below
    }
    throw new CertificateException("the key is not that of the certificate");
  }

  private static boolean trusted(List<X509Certificate> chain, KeyStore authority, Instant now) {
    try {
      CertPath path = CertificateFactory.getInstance("X.509").generateCertPath(chain);
      PKIXParameters parameters = new PKIXParameters(authority);
      parameters.setRevocationEnabled(false); // the authority publishes no list
      parameters.setDate(Date.from(now));
      CertPathValidator.getInstance("PKIX").validate(path, parameters);
      return true;
    } catch (GeneralSecurityException no) {
      return false;
    }
  }
}
