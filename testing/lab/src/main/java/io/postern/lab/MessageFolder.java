package io.postern.lab;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;

/**
 * The folder of a {@link ScriptedPeer}'s messages: {@code 000001.eml} with the content, {@code
 * 000001.json} with the facts, numbered on behind those of earlier runs. A file appears when it is
 * whole, the facts last.
 */
final class MessageFolder {
  private final Path folder;
  private final AtomicInteger last = new AtomicInteger();

  MessageFolder(Path folder) throws IOException {
    this.folder = Files.createDirectories(folder);
    try (Stream<Path> files = Files.list(folder)) {
      files
          .map(file -> file.getFileName().toString())
          .filter(name -> name.matches("[0-9]{6}\\..*"))
          .mapToInt(name -> Integer.parseInt(name.substring(0, 6)))
          .max()
          .ifPresent(last::set);
    }
  }

  /** A file of its own for the next content. */
  Path begin() {
    return folder.resolve("%06d.part".formatted(last.incrementAndGet()));
  }

  static Path finish(Path part) throws IOException {
    Path eml = sibling(part, ".eml");
    Files.move(part, eml, StandardCopyOption.ATOMIC_MOVE);
    return eml;
  }

  /** Writes the facts of a message that has a file. */
  static void facts(PeerMessage message) throws IOException {
    Path eml = Objects.requireNonNull(message.file());
    PeerTranscript session = message.session();
    List<String> fields = new ArrayList<>();
    fields.add(field("receivedBy", session.peer()));
    fields.add(field("received", Instant.now().toString()));
    fields.add(field("from", message.from()));
    fields.add("\"recipients\": " + array(message.recipients()));
    fields.add(field("mailParameters", message.mailParameters()));
    fields.add("\"session\": " + session.number());
    fields.add(field("client", session.client()));
    fields.add(field("tlsVersion", session.tlsVersion()));
    fields.add(field("cipherSuite", session.cipherSuite()));
    fields.add(field("serverName", session.serverName()));
    fields.add(
        "\"clientCertificates\": "
            + array(
                session.clientChain().stream()
                    .map(certificate -> certificate.getSubjectX500Principal().getName())
                    .toList()));
    fields.add("\"size\": " + Files.size(eml));
    Path json = sibling(eml, ".json");
    Path part = sibling(eml, ".json.part");
    Files.writeString(
        part, "{\n  " + String.join(",\n  ", fields) + "\n}\n", StandardCharsets.UTF_8);
    Files.move(part, json, StandardCopyOption.ATOMIC_MOVE);
  }

  private static Path sibling(Path file, String extension) {
    return file.resolveSibling(file.getFileName().toString().substring(0, 6) + extension);
  }

  private static String field(String name, String value) {
    return string(name) + ": " + string(value);
  }

  private static String array(List<String> values) {
    return "[" + String.join(", ", values.stream().map(MessageFolder::string).toList()) + "]";
  }

  /** RFC 8259 §7. */
  static String string(String text) {
    Map<Character, String> escapes = Map.of('"', "\\\"", '\\', "\\\\");
    StringBuilder json = new StringBuilder("\"");
    for (char c : text.toCharArray()) {
      if (c < ' ') {
        json.append("\\u%04x".formatted((int) c));
      } else {
        json.append(escapes.getOrDefault(c, String.valueOf(c)));
      }
    }
    return json.append('"').toString();
  }
}
