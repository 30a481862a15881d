package io.postern.operator.signin;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.PrivateKey;
import java.security.SecureRandom;
import java.security.Signature;
import java.security.spec.PKCS8EncodedKeySpec;
import java.time.Duration;
import java.time.Instant;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A token that an operator signs with a private key of Ed25519 (JWT, RFC 7519, RFC 8037), for
 * services that have its public key in {@code postern.api.emergency-keys-file}. Stateless.
 */
public final class EmergencyToken {
  /** The services take no longer one. */
  public static final Duration LASTS = Duration.ofMinutes(15);

  private static final Pattern HOLDER = Pattern.compile("[A-Za-z0-9][A-Za-z0-9._@-]{0,63}");
  private static final Pattern BLOCK =
      Pattern.compile("-----BEGIN PRIVATE KEY-----([^-]*)-----END PRIVATE KEY-----");
  private static final int MOST_BYTES = 16 << 10;
  private static final int ID_BYTES = 12;
  private static final Base64.Encoder BASE64 = Base64.getUrlEncoder().withoutPadding();
  private static final ObjectMapper JSON = new ObjectMapper();

  private EmergencyToken() {}

  /**
   * @param holder who uses it, for the records of the services
   * @param end at most {@link #LASTS} after now
   * @throws IOException the file has no such key: a sentence
   */
  public static String signed(Path keyFile, String holder, Instant now, Instant end)
      throws IOException {
    if (!HOLDER.matcher(holder).matches()) {
      throw new IOException(
          "the name of the token's holder has 1 to 64 letters, digits, dots, hyphens, underscores,"
              + " at signs: add --user NAME");
    }
    byte[] id = new byte[ID_BYTES];
    new SecureRandom().nextBytes(id);
    Map<String, Object> claims = new LinkedHashMap<>();
    claims.put("iss", "postern-emergency");
    claims.put("sub", holder);
    claims.put("jti", BASE64.encodeToString(id));
    claims.put("iat", now.getEpochSecond());
    claims.put("exp", end.getEpochSecond());
    String text =
        encoded(Map.of("alg", "EdDSA", "kid", "postern-emergency")) + "." + encoded(claims);
    try {
      Signature signature = Signature.getInstance("Ed25519");
      signature.initSign(key(keyFile));
      signature.update(text.getBytes(StandardCharsets.US_ASCII));
      return text + "." + BASE64.encodeToString(signature.sign());
    } catch (GeneralSecurityException | IllegalArgumentException e) {
      throw new IOException(keyFile + " is not an Ed25519 private key in PEM (PKCS #8)", e);
    }
  }

  private static String encoded(Map<String, Object> json) throws JsonProcessingException {
    return BASE64.encodeToString(JSON.writeValueAsBytes(json));
  }

  private static PrivateKey key(Path file) throws IOException, GeneralSecurityException {
    String text = Files.size(file) > MOST_BYTES ? "" : Files.readString(file);
    Matcher block = BLOCK.matcher(text);
    if (!block.find()) {
      throw new IOException(file + " has no PEM block PRIVATE KEY");
    }
    return KeyFactory.getInstance("Ed25519")
        .generatePrivate(new PKCS8EncodedKeySpec(Base64.getMimeDecoder().decode(block.group(1))));
  }
}
