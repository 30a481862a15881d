package io.postern.lab;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.MessageDigest;
import java.security.Signature;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.stream.Collectors;

/**
 * policy-service as the other services need it for access: its key pair, tokens that it signs, and
 * the calls by which sessions begin for the OpenID provider's users and end. It believes each token
 * that it is shown. Thread-safe.
 */
public final class LabAccess implements AutoCloseable {
  /** Of each local user: none is ever changed. */
  public static final String VERSION = "lab";

  /** The local user with a second factor. */
  public static final String CODED = "coded";

  /** Of that user. */
  public static final String CODE = "123456";

  private static final String PASSWORD_SHOWN = "password-shown";
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final Base64.Encoder BASE64 = Base64.getUrlEncoder().withoutPadding();
  private static final int HOUR = 3_600;

  private final KeyPair keys;
  private final Path publicKeys;
  private final HttpServer server;
  private final List<String> ended = new CopyOnWriteArrayList<>();

  private LabAccess(Path folder) throws IOException, GeneralSecurityException {
    keys = KeyPairGenerator.getInstance("Ed25519").generateKeyPair();
    publicKeys = folder.resolve("public-keys.pem");
    Files.writeString(
        publicKeys,
        "-----BEGIN PUBLIC KEY-----\n"
            + Base64.getMimeEncoder().encodeToString(keys.getPublic().getEncoded())
            + "\n-----END PUBLIC KEY-----\n");
    server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 16);
    server.createContext("/api/v1/tokens", exchange -> begin(exchange));
    server.createContext("/api/v1/me/sessions/current", exchange -> end(exchange));
    server.start();
  }

  /**
   * @param folder takes the public key
   */
  public static LabAccess start(Path folder) {
    try {
      return new LabAccess(folder);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException(e);
    }
  }

  /** Of a service that is to take its tokens. */
  public Map<String, String> settings() {
    return Map.of(
        "postern.api.public-keys-file",
        publicKeys.toString(),
        "postern.api.policy-url",
        "http://127.0.0.1:" + server.getAddress().getPort());
  }

  /** The tokens whose sessions were ended. */
  public List<String> ended() {
    return List.copyOf(ended);
  }

  /** A token of a local user of {@link #VERSION} for an hour. */
  public String token(String user) {
    Instant now = Instant.now();
    return signed("postern", user, ",\"ver\":\"" + VERSION + "\"", now, now.plusSeconds(HOUR));
  }

  /** The token of a session of the provider's user. */
  public String providerToken(
      String user, List<String> roles, String issuer, Instant begin, Instant end) {
    String list =
        roles.stream().map(role -> "\"" + role + "\"").collect(Collectors.joining(",", "[", "]"));
    return signed(
        "postern-provider",
        user,
        ",\"roles\":%s,\"idp\":\"%s\"".formatted(list, issuer),
        begin,
        end);
  }

  private String signed(String kind, String subject, String more, Instant begin, Instant end) {
    try {
      byte[] hash = MessageDigest.getInstance("SHA-256").digest(keys.getPublic().getEncoded());
      String id = "postern" + Base64.getUrlEncoder().encodeToString(hash).substring(0, 16);
      String text =
          encoded("{\"alg\":\"EdDSA\",\"kid\":\"" + id + "\"}")
              + "."
              + encoded(
                  "{\"iss\":\"%s\",\"sub\":\"%s\",\"jti\":\"%s\",\"iat\":%d,\"ims\":%d,\"exp\":%d%s}"
                      .formatted(
                          kind,
                          subject,
                          UUID.randomUUID(),
                          begin.getEpochSecond(),
                          begin.toEpochMilli(),
                          end.getEpochSecond(),
                          more));
      Signature signature = Signature.getInstance("Ed25519");
      signature.initSign(keys.getPrivate());
      signature.update(text.getBytes(StandardCharsets.US_ASCII));
      return text + "." + BASE64.encodeToString(signature.sign());
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException(e);
    }
  }

  private static String encoded(String json) {
    return BASE64.encodeToString(json.getBytes(StandardCharsets.UTF_8));
  }

  private static String bearer(HttpExchange exchange) {
    return String.valueOf(exchange.getRequestHeaders().getFirst("Authorization"))
        .replaceFirst("(?i)^bearer ", "");
  }

  /** Of a token of {@link LabProvider}; anything else is a wrong password. */
  private void begin(HttpExchange exchange) throws IOException {
    if (takesCodes(exchange)) {
      return;
    }
    String[] parts = bearer(exchange).split("\\.");
    if (parts.length != 3) {
      answer(exchange, 401, "{}");
      return;
    }
    JsonNode claims = JSON.readTree(Base64.getUrlDecoder().decode(parts[1]));
    List<String> roles = new ArrayList<>();
    for (JsonNode role : claims.path("realm_access").path("roles")) {
      String ours = role.asText().replaceFirst("^postern:", "");
      if (ours.equals("administrator") || ours.equals("auditor")) {
        claims
            .path("organizations")
            .forEach(organization -> roles.add(ours + ":" + organization.asText()));
      } else if (!ours.equals(role.asText())) {
        roles.add(ours);
      }
    }
    String issuer = claims.path("iss").asText();
    String token =
        providerToken(
            claims.path("preferred_username").asText() + " of " + issuer,
            roles,
            issuer,
            Instant.now(),
            Instant.ofEpochSecond(claims.path("exp").asLong()));
    answer(exchange, token.length() > 3_800 ? 422 : 200, "{\"token\": \"" + token + "\"}");
  }

  /** Of {@link #CODED} with any password, whose second factor has one code, {@link #CODE}. */
  private boolean takesCodes(HttpExchange exchange) throws IOException {
    String shown = bearer(exchange);
    String code = exchange.getRequestHeaders().getFirst("Postern-Code");
    if (shown.equals(PASSWORD_SHOWN) && CODE.equals(code)) {
      answer(exchange, 200, "{\"token\": \"" + token(CODED) + "\"}");
      return true;
    }
    String basic = shown.replaceFirst("(?i)^basic ", "");
    boolean coded =
        !basic.equals(shown)
            && new String(Base64.getDecoder().decode(basic), StandardCharsets.UTF_8)
                .startsWith(CODED + ":");
    if (coded) {
      exchange.getResponseHeaders().set("Postern-Password-Shown", PASSWORD_SHOWN);
      answer(exchange, 401, "{}");
    }
    return coded;
  }

  private void end(HttpExchange exchange) throws IOException {
    ended.add(bearer(exchange));
    answer(exchange, 204, "");
  }

  private static void answer(HttpExchange exchange, int status, String body) throws IOException {
    byte[] bytes = body.getBytes(StandardCharsets.UTF_8);
    exchange.getResponseHeaders().set("Content-Type", "application/json");
    exchange.sendResponseHeaders(status, bytes.length == 0 ? -1 : bytes.length);
    exchange.getResponseBody().write(bytes);
    exchange.close();
  }

  @Override
  public void close() {
    server.stop(0);
  }
}
