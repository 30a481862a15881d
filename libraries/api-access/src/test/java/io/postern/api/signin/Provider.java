package io.postern.api.signin;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import org.jose4j.jwk.JsonWebKey;
import org.jose4j.jwk.RsaJsonWebKey;
import org.jose4j.jwk.RsaJwkGenerator;
import org.jose4j.jws.AlgorithmIdentifiers;
import org.jose4j.jws.JsonWebSignature;
import org.jose4j.jwt.JwtClaims;
import org.jose4j.lang.JoseException;

/** An OpenID provider's discovery document and keys on a real socket, and tokens that it signs. */
final class Provider implements AutoCloseable {
  private final HttpServer server;
  private final RsaJsonWebKey key;
  final AtomicInteger asked = new AtomicInteger();

  Provider() {
    try {
      key = RsaJwkGenerator.generateJwk(2048);
      key.setKeyId("first");
      server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
      server.createContext(
          "/realm/.well-known/openid-configuration",
          exchange ->
              answer(
                  exchange,
                  """
                  {"issuer": "%1$s", "jwks_uri": "%1$s/keys",
                   "token_endpoint": "%1$s/token", "authorization_endpoint": "%1$s/auth"}
                  """
                      .formatted(issuer())));
      server.createContext(
          "/realm/keys",
          exchange ->
              answer(
                  exchange,
                  "{\"keys\": [" + key.toJson(JsonWebKey.OutputControlLevel.PUBLIC_ONLY) + "]}"));
      server.start();
    } catch (JoseException e) {
      throw new IllegalStateException(e);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private void answer(HttpExchange exchange, String json) throws IOException {
    asked.incrementAndGet();
    byte[] body = json.getBytes(StandardCharsets.UTF_8);
    exchange.getResponseHeaders().add("Content-Type", "application/json");
    exchange.sendResponseHeaders(200, body.length);
    exchange.getResponseBody().write(body);
    exchange.close();
  }

  String issuer() {
    return "http://127.0.0.1:" + server.getAddress().getPort() + "/realm";
  }

  /** Claims of a token that is good, of a user with these roles of Postern. */
  JwtClaims claims(List<String> roles, List<String> organizations) {
    JwtClaims claims = new JwtClaims();
    claims.setIssuer(issuer());
    claims.setSubject("f2b1");
    claims.setAudience("postern");
    claims.setStringClaim("preferred_username", "anna");
    claims.setIssuedAtToNow();
    claims.setExpirationTimeMinutesInTheFuture(5);
    claims.setStringClaim("typ", "Bearer");
    claims.setStringClaim("azp", "postern");
    claims.setClaim(
        "realm_access", Map.of("roles", roles.stream().map(role -> "postern:" + role).toList()));
    claims.setClaim("organizations", organizations);
    return claims;
  }

  String token(JwtClaims claims) throws JoseException {
    return token(claims, key);
  }

  static String token(JwtClaims claims, RsaJsonWebKey key) throws JoseException {
    JsonWebSignature token = new JsonWebSignature();
    token.setPayload(claims.toJson());
    token.setAlgorithmHeaderValue(AlgorithmIdentifiers.RSA_USING_SHA256);
    token.setKeyIdHeaderValue(key.getKeyId());
    token.setKey(key.getPrivateKey());
    return token.getCompactSerialization();
  }

  @Override
  public void close() {
    server.stop(0);
  }
}
