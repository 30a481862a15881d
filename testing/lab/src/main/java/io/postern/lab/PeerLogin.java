package io.postern.lab;

import com.ongres.scram.common.ClientFirstMessage;
import com.ongres.scram.common.ScramFunctions;
import com.ongres.scram.common.ScramMechanism;
import com.ongres.scram.common.ServerFirstMessage;
import com.ongres.scram.common.StringPreparation;
import com.ongres.scram.common.exception.ScramParseException;
import com.ongres.scram.common.util.TlsServerEndpoint;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.SecureRandom;
import java.security.cert.X509Certificate;
import java.util.Base64;
import java.util.HexFormat;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The user that a {@link ScriptedPeer} knows, and how it lets a client log in (RFC 4954): by PLAIN,
 * by LOGIN, and by SCRAM with the computations of a library that the client's side does not have
 * from us. Immutable.
 *
 * @param mechanisms as EHLO offers them
 * @param knowsPassword false: an impostor, who lets everybody in
 * @param prompts of LOGIN for the user and the password, as they are sent
 */
record PeerLogin(
    String user,
    String password,
    List<String> mechanisms,
    boolean knowsPassword,
    List<String> prompts) {
  /** Those of Exchange. */
  static final List<String> PROMPTS = List.of(encoded("Username:"), encoded("Password:"));

  private static final SecureRandom RANDOM = new SecureRandom();
  private static final int ITERATIONS = 4_096;

  /** Sends a challenge (empty: none), and has the client's answer. */
  interface Challenge {
    String answer(String challenge) throws IOException;
  }

  /** Whether it knows the mechanism that AUTH names. */
  boolean knows(String argument) {
    return mechanisms.contains(argument.split(" ", 2)[0]);
  }

  /**
   * Whether the client is let in.
   *
   * @param argument of AUTH: mechanism, and the first message where it came along
   * @param own the certificate that was presented; null: plaintext
   */
  boolean admits(String argument, @Nullable X509Certificate own, Challenge client)
      throws IOException {
    String[] words = argument.split(" ", 2);
    if (words[0].equals("LOGIN")) {
      // Exchange takes the user with the command too.
      String name = decoded(words.length > 1 ? words[1] : client.answer(prompts.getFirst()));
      String secret = decoded(client.answer(prompts.getLast()));
      return name.equals(user) && secret.equals(password);
    }
    String first = decoded(words.length > 1 ? words[1] : client.answer(""));
    try {
      return words[0].equals("PLAIN")
          ? first.equals("\0" + user + "\0" + password)
          : scram(ScramMechanism.byName(words[0]), first, own, client);
    } catch (ScramParseException | GeneralSecurityException | IllegalArgumentException broken) {
      return false;
    }
  }

  private boolean scram(
      ScramMechanism mechanism, String first, @Nullable X509Certificate own, Challenge client)
      throws IOException, ScramParseException, GeneralSecurityException {
    ClientFirstMessage clientFirst = ClientFirstMessage.parseFrom(first);
    byte[] salt = random();
    ServerFirstMessage serverFirst =
        new ServerFirstMessage(
            clientFirst.getClientNonce(),
            HexFormat.of().formatHex(random()),
            Base64.getEncoder().encodeToString(salt),
            ITERATIONS);
    String last = decoded(client.answer(encoded(serverFirst.toString())));
    if (!knowsPassword) {
      return client.answer(encoded("v=" + encoded("no signature"))).isEmpty();
    }
    byte[] salted =
        ScramFunctions.saltedPassword(
            mechanism,
            StringPreparation.SASL_PREPARATION,
            password.toCharArray(),
            salt,
            ITERATIONS);
    byte @Nullable [] bound =
        mechanism.isPlus() && own != null ? TlsServerEndpoint.getChannelBindingData(own) : null;
    String all = ScramFunctions.authMessage(clientFirst, serverFirst, bound);
    byte[] stored =
        ScramFunctions.storedKey(mechanism, ScramFunctions.clientKey(mechanism, salted));
    byte[] proof = Base64.getDecoder().decode(last.substring(last.indexOf(",p=") + 3));
    // RFC 5802 §6: the client could have bound the exchange, and saw no offer to.
    boolean offerCut =
        first.startsWith("y") && mechanisms.stream().anyMatch(m -> m.endsWith("-PLUS"));
    boolean known =
        !offerCut
            && clientFirst.getUsername().equals(user)
            && clientFirst.isChannelBindingRequired() == mechanism.isPlus()
            && ScramFunctions.verifyClientProof(mechanism, proof, stored, all);
    if (!known) {
      return false;
    }
    byte[] signature =
        ScramFunctions.serverSignature(mechanism, ScramFunctions.serverKey(mechanism, salted), all);
    return client.answer(encoded("v=" + Base64.getEncoder().encodeToString(signature))).isEmpty();
  }

  private static byte[] random() {
    byte[] bytes = new byte[16];
    RANDOM.nextBytes(bytes);
    return bytes;
  }

  private static String encoded(String text) {
    return Base64.getEncoder().encodeToString(text.getBytes(StandardCharsets.UTF_8));
  }

  private static String decoded(String text) throws IOException {
    try {
      return new String(Base64.getDecoder().decode(text), StandardCharsets.UTF_8);
    } catch (IllegalArgumentException cancelled) {
      throw new IOException("the client cancelled AUTH, or sent no base64", cancelled);
    }
  }
}
