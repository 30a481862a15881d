package io.postern.api.signin;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import io.postern.api.ApiSettings;
import io.postern.api.Rights;
import io.postern.api.access.Ed25519Keys;
import io.postern.api.audit.AccessAudit;
import io.postern.api.users.WatchedFile;
import io.postern.contracts.v1.AccessEvent;
import io.postern.contracts.v1.AccessEventKind;
import io.quarkus.security.identity.SecurityIdentity;
import io.quarkus.security.runtime.QuarkusPrincipal;
import io.quarkus.security.runtime.QuarkusSecurityIdentity;
import jakarta.enterprise.context.ApplicationScoped;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.PublicKey;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;
import org.jboss.logging.Logger;
import org.jose4j.jwa.AlgorithmConstraints;
import org.jose4j.jws.AlgorithmIdentifiers;
import org.jose4j.jwt.JwtClaims;
import org.jose4j.jwt.MalformedClaimException;
import org.jose4j.jwt.consumer.InvalidJwtException;
import org.jose4j.jwt.consumer.JwtConsumerBuilder;

/**
 * Tokens that an operator signs with a key of the installation's owner, for when neither
 * policy-service nor Kafka responds (docs/guides/users.md, "Emergency sign-in"). Each service
 * checks them by itself, with nothing but the public keys that its setting names; without the
 * setting there are none. A token lasts 15 minutes at most and cannot be ended before. Each has a
 * line in the log. Any thread.
 */
@ApplicationScoped
class EmergencyKeys {
  /** Key id of its tokens; the key is found by trying. */
  static final String KEY_ID = SignedClaims.KEY_ID + "-emergency";

  static final Duration LONGEST = Duration.ofMinutes(15);

  private static final Logger LOG = Logger.getLogger(EmergencyKeys.class);
  private static final String KIND = "postern-emergency";
  private static final int SKEW_SECONDS = 30; // of the operator's clock
  private static final int MOST_KNOWN = 1_000;
  private static final Pattern HOLDER = Pattern.compile("[A-Za-z0-9][A-Za-z0-9._@-]{0,63}");

  private final Optional<Path> file;
  private final Optional<WatchedFile<List<PublicKey>>> keys;
  private final AccessAudit audit;
  private final Cache<String, Boolean> known =
      Caffeine.newBuilder().maximumSize(MOST_KNOWN).expireAfterWrite(LONGEST).build();

  EmergencyKeys(ApiSettings settings, AccessAudit audit) {
    this.audit = audit;
    file = settings.emergencyKeysFile();
    keys = file.map(file -> new WatchedFile<>(file, EmergencyKeys::keys, List.of()));
  }

  /** A file without any key withdraws the last one, whatever else is in it. */
  private static List<PublicKey> keys(byte[] content) {
    return new String(content, StandardCharsets.ISO_8859_1).contains("-----BEGIN")
        ? Ed25519Keys.publicKeys(content)
        : List.of();
  }

  /** Empty: it is none, is not good, or no key is configured. */
  Optional<SecurityIdentity> identity(String token, String client) {
    if (keys.isEmpty()
        || !SignedClaims.keyId(token).equals(KEY_ID)
        || !Files.exists(file.orElseThrow())) { // a file that is gone withdraws all
      return Optional.empty();
    }
    for (PublicKey key : keys.get().content()) {
      Optional<JwtClaims> claims = claims(key, token);
      if (claims.isPresent()) {
        return identity(token, claims.get(), Ed25519Keys.id(key), client);
      }
    }
    return Optional.empty();
  }

  private static Optional<JwtClaims> claims(PublicKey key, String token) {
    try {
      return Optional.of(
          new JwtConsumerBuilder()
              .setJwsAlgorithmConstraints(
                  AlgorithmConstraints.ConstraintType.PERMIT, AlgorithmIdentifiers.EDDSA)
              .setVerificationKey(key)
              .setExpectedIssuer(KIND)
              .setRequireSubject()
              .setRequireJwtId()
              .setRequireExpirationTime()
              .setMaxFutureValidityInMinutes(Math.toIntExact(LONGEST.toMinutes()))
              // None is made in store for a later day.
              .setRequireIssuedAt()
              .setIssuedAtRestrictions(SKEW_SECONDS, Math.toIntExact(LONGEST.toSeconds()))
              .setAllowedClockSkewInSeconds(SKEW_SECONDS)
              .build()
              .processToClaims(token));
    } catch (InvalidJwtException e) {
      return Optional.empty();
    }
  }

  /** Of each token another one, whatever id its holder gave it. */
  private static String signature(String token) {
    return token.substring(token.lastIndexOf('.') + 1);
  }

  private Optional<SecurityIdentity> identity(
      String token, JwtClaims claims, String keyId, String client) {
    try {
      String holder = claims.getSubject();
      if (!HOLDER.matcher(holder).matches()) {
        return Optional.empty();
      }
      String name = holder + " by emergency key " + keyId;
      if (known.asMap().putIfAbsent(signature(token), true) == null) {
        LOG.warnf("Emergency sign-in as operator: %s, from %s", name, client);
        audit.record(
            AccessEvent.newBuilder()
                .setKind(AccessEventKind.EMERGENCY_SIGN_IN)
                .setUser(name)
                .setBy(name)
                .setClient(client)
                .setSession(claims.getJwtId()));
      }
      return Optional.of(
          QuarkusSecurityIdentity.builder()
              .setPrincipal(new QuarkusPrincipal(name))
              .addRole(Rights.OPERATOR)
              .addAttribute(OpenSession.EMERGENCY, true)
              .build());
    } catch (MalformedClaimException e) {
      return Optional.empty();
    }
  }
}
