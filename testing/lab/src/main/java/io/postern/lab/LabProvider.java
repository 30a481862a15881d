package io.postern.lab;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URLDecoder;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.MessageDigest;
import java.security.Signature;
import java.security.interfaces.RSAPublicKey;
import java.time.Instant;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.function.UnaryOperator;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * An OpenID provider at 127.0.0.1 with one confidential client and the authorization code flow (RFC
 * 6749 §4.1, RFC 7636). Its user is let in by a link, and without one while the browser has its
 * cookie. It refuses what a provider must refuse; what it answers can be changed. Thread-safe.
 */
public final class LabProvider implements AutoCloseable {
  public static final String CLIENT = "postern-console";
  public static final String SECRET = "a secret: with % and +";

  private static final String COOKIE = "signed-in";

  /** What a code stands for. */
  private record Asked(String redirect, String challenge, String claims) {}

  private final HttpServer server;
  private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
  private final KeyPair keys;
  private final Map<String, Asked> codes = new ConcurrentHashMap<>();
  private final List<String> tokenRequests = new CopyOnWriteArrayList<>();
  private volatile String claims = "";
  private volatile UnaryOperator<String> discovery = UnaryOperator.identity();
  private volatile UnaryOperator<String> tokens = UnaryOperator.identity();
  private volatile int tokenStatus = 200;

  private LabProvider() throws IOException, GeneralSecurityException {
    KeyPairGenerator generator = KeyPairGenerator.getInstance("RSA");
    generator.initialize(2048);
    keys = generator.generateKeyPair();
    server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 16);
    server.setExecutor(threads);
  }

  /** A running one, whose user is {@code anna} without a role. */
  public static LabProvider start() {
    try {
      LabProvider provider = new LabProvider();
      provider.user("anna", List.of(), List.of());
      provider.server.createContext("/realm/", exchange -> provider.handle(exchange));
      provider.server.start();
      return provider;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException(e);
    }
  }

  public String issuer() {
    return "http://127.0.0.1:" + server.getAddress().getPort() + "/realm";
  }

  /** Who is let in from now on, and answers as they are at first. */
  public void user(String name, List<String> roles, List<String> organizations) {
    discovery = UnaryOperator.identity();
    tokens = UnaryOperator.identity();
    tokenStatus = 200;
    claims = claims(name, roles, organizations, Instant.now().plusSeconds(3_000));
  }

  /** Claims of a good token; the roles get the prefix that counts. */
  public String claims(String name, List<String> roles, List<String> organizations, Instant end) {
    return """
        {"iss": "%s", "sub": "f2b1", "aud": "postern", "preferred_username": "%s",
         "iat": %d, "exp": %d, "typ": "Bearer", "azp": "postern", "realm_access": {"roles": %s}, "organizations": %s}
        """
        .formatted(
            issuer(),
            name,
            Instant.now().getEpochSecond(),
            end.getEpochSecond(),
            list(roles.stream().map(role -> "postern:" + role).toList()),
            list(organizations));
  }

  private static String list(List<String> values) {
    return values.stream()
        .map(value -> "\"" + value + "\"")
        .collect(Collectors.joining(", ", "[", "]"));
  }

  /** The claims of the next tokens. */
  public void claims(String json) {
    claims = json;
  }

  /** What becomes of the discovery document. */
  public void discovery(UnaryOperator<String> change) {
    discovery = change;
  }

  /** What becomes of an answer with a token. */
  public void tokens(int status, UnaryOperator<String> change) {
    tokenStatus = status;
    tokens = change;
  }

  /** Bodies that came to the token endpoint. */
  public List<String> tokenRequests() {
    return List.copyOf(tokenRequests);
  }

  /** A token with these claims, signed as all of its tokens. */
  public String token(String json) {
    String head = encoded("{\"alg\": \"RS256\", \"kid\": \"first\"}") + "." + encoded(json);
    try {
      Signature signature = Signature.getInstance("SHA256withRSA");
      signature.initSign(keys.getPrivate());
      signature.update(head.getBytes(StandardCharsets.US_ASCII));
      return head + "." + encoded(signature.sign());
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException(e);
    }
  }

  private static String encoded(String text) {
    return encoded(text.getBytes(StandardCharsets.UTF_8));
  }

  private static String encoded(byte[] bytes) {
    return Base64.getUrlEncoder().withoutPadding().encodeToString(bytes);
  }

  private void handle(HttpExchange exchange) throws IOException {
    try (exchange) {
      Map<String, String> query = form(exchange.getRequestURI().getRawQuery());
      switch (exchange.getRequestURI().getPath()) {
        case "/realm/.well-known/openid-configuration" ->
            answer(exchange, 200, "application/json", discovery.apply(document()));
        case "/realm/keys" -> answer(exchange, 200, "application/json", keySet());
        case "/realm/auth" -> asked(exchange, query);
        case "/realm/agree" -> agreed(exchange, query);
        case "/realm/deny" -> back(exchange, query, "error=access_denied");
        case "/realm/token" -> swapped(exchange);
        case "/realm/logout" -> {
          exchange.getResponseHeaders().add("Set-Cookie", COOKIE + "=; Max-Age=0; Path=/realm");
          answer(exchange, 200, "text/html", "<h1>Signed out of the provider</h1>");
        }
        default -> answer(exchange, 404, "text/plain", "nothing");
      }
    }
  }

  private String document() {
    return """
        {"issuer": "%1$s", "authorization_endpoint": "%1$s/auth", "token_endpoint": "%1$s/token",
         "jwks_uri": "%1$s/keys", "end_session_endpoint": "%1$s/logout",
         "authorization_response_iss_parameter_supported": true}
        """
        .formatted(issuer());
  }

  private String keySet() {
    RSAPublicKey key = (RSAPublicKey) keys.getPublic();
    return """
        {"keys": [{"kty": "RSA", "kid": "first", "use": "sig", "alg": "RS256", "n": "%s", "e": "%s"}]}
        """
        .formatted(
            encoded(positive(key.getModulus().toByteArray())),
            encoded(positive(key.getPublicExponent().toByteArray())));
  }

  private static byte[] positive(byte[] number) {
    return number[0] == 0 ? Arrays.copyOfRange(number, 1, number.length) : number;
  }

  private void asked(HttpExchange exchange, Map<String, String> query) throws IOException {
    boolean good =
        "code".equals(query.get("response_type"))
            && CLIENT.equals(query.get("client_id"))
            && "S256".equals(query.get("code_challenge_method"))
            && query.getOrDefault("code_challenge", "").length() == 43
            && query.getOrDefault("state", "").length() >= 22
            && query.getOrDefault("redirect_uri", "").endsWith("/sign-in/provider/answer");
    if (!good) {
      answer(exchange, 400, "text/plain", "this is not a request for a code");
    } else if (String.valueOf(exchange.getRequestHeaders().getFirst("Cookie")).contains(COOKIE)) {
      agreed(exchange, query);
    } else {
      String asked = exchange.getRequestURI().getRawQuery().replace("&", "&amp;");
      answer(
          exchange,
          200,
          "text/html",
          "<title>Provider</title><main><a href='agree?%1$s'>Let me in</a> <a href='deny?%1$s'>No</a></main>"
              .formatted(asked));
    }
  }

  private void agreed(HttpExchange exchange, Map<String, String> query) throws IOException {
    String code = UUID.randomUUID().toString();
    codes.put(
        code,
        new Asked(
            query.getOrDefault("redirect_uri", ""),
            query.getOrDefault("code_challenge", ""),
            claims));
    exchange.getResponseHeaders().add("Set-Cookie", COOKIE + "=yes; Path=/realm; HttpOnly");
    back(exchange, query, "code=" + code);
  }

  private void back(HttpExchange exchange, Map<String, String> query, String with)
      throws IOException {
    String state = URLEncoder.encode(query.getOrDefault("state", ""), StandardCharsets.UTF_8);
    String iss = URLEncoder.encode(issuer(), StandardCharsets.UTF_8);
    exchange
        .getResponseHeaders()
        .add(
            "Location", query.get("redirect_uri") + "?" + with + "&state=" + state + "&iss=" + iss);
    exchange.sendResponseHeaders(303, -1);
  }

  private void swapped(HttpExchange exchange) throws IOException {
    String body = new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8);
    tokenRequests.add(body);
    if (!basic().equals(exchange.getRequestHeaders().getFirst("Authorization"))) {
      answer(exchange, 401, "application/json", "{\"error\": \"invalid_client\"}");
      return;
    }
    Map<String, String> form = form(body);
    @Nullable Asked asked = codes.remove(form.getOrDefault("code", ""));
    if (asked == null
        || !"authorization_code".equals(form.get("grant_type"))
        || !asked.redirect().equals(form.get("redirect_uri"))
        || !asked.challenge().equals(challenge(form.getOrDefault("code_verifier", "")))) {
      answer(exchange, 400, "application/json", "{\"error\": \"invalid_grant\"}");
      return;
    }
    String answer =
        "{\"access_token\": \"%s\", \"token_type\": \"Bearer\", \"expires_in\": 300}"
            .formatted(token(asked.claims()));
    answer(exchange, tokenStatus, "application/json", tokens.apply(answer));
  }

  private static String basic() {
    String pair = CLIENT + ":" + URLEncoder.encode(SECRET, StandardCharsets.UTF_8);
    return "Basic " + Base64.getEncoder().encodeToString(pair.getBytes(StandardCharsets.UTF_8));
  }

  private static String challenge(String verifier) {
    try {
      return encoded(
          MessageDigest.getInstance("SHA-256")
              .digest(verifier.getBytes(StandardCharsets.US_ASCII)));
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException(e);
    }
  }

  private static Map<String, String> form(@Nullable String text) {
    Map<String, String> form = new ConcurrentHashMap<>();
    for (String pair : text == null ? new String[0] : text.split("&")) {
      String[] parts = pair.split("=", 2);
      form.put(
          URLDecoder.decode(parts[0], StandardCharsets.UTF_8),
          parts.length < 2 ? "" : URLDecoder.decode(parts[1], StandardCharsets.UTF_8));
    }
    return form;
  }

  private static void answer(HttpExchange exchange, int status, String type, String text)
      throws IOException {
    byte[] body = text.getBytes(StandardCharsets.UTF_8);
    exchange.getResponseHeaders().add("Content-Type", type);
    exchange.sendResponseHeaders(status, body.length);
    exchange.getResponseBody().write(body);
  }

  @Override
  public void close() {
    server.stop(0);
    threads.shutdownNow();
  }
}
