package io.postern.fields;

import com.google.protobuf.MessageOrBuilder;
import com.google.protobuf.ProtocolMessageEnum;
import java.util.function.Predicate;

/** The kind of a field: what it takes, within which bounds. Immutable. */
public sealed interface Kind {
  /** A flag. */
  record Flag(Standing standing) implements Kind {}

  /**
   * A number; 0 is not set.
   *
   * @param standing where the file does not name it
   */
  record Number(int least, int most, int standing) implements Kind {}

  /**
   * @param standing where the file does not name it
   */
  record Choice(Words words, ProtocolMessageEnum standing) implements Kind {}

  /**
   * @param most characters; 0: as the form has it
   */
  record Text(Form form, int most) implements Kind {}

  /**
   * @param most entries
   */
  record Texts(Form form, int most) implements Kind {}

  /** Hosts with ports, by name or address. */
  record Hosts(int most) implements Kind {}

  /** A host by name or address; its port is another field. */
  record Host() implements Kind {}

  /** The name of a set of trust anchors of the organization; none: the installation's. */
  record Anchors() implements Kind {}

  /** Certificates in PEM, stored as DER. */
  record Certificates(int most) implements Kind {}

  /** SHA-256 of certificates. */
  record Fingerprints(int most) implements Kind {}

  /**
   * Fields in a mapping of their own.
   *
   * @param most of them in a list; 0: it is one, whose fields are the object's own
   */
  record Part(FieldTable fields, int most) implements Kind {}

  /** What a text is. */
  enum Form {
    /** The name of an object, which is part of its key. */
    NAME,
    PLAIN,
    /** A domain name, in A-labels. */
    DOMAIN,
    /** A name in a certificate, with or without a wildcard. */
    CERTIFICATE_NAME,
    /** A name of a host, with a dot. */
    HOST_NAME,
    /** The name of a file in the organization's folder. */
    ENTRY,
    /** A domain, a wildcard, or all. */
    DOMAIN_PATTERN,
    /** An accepted domain of the organization. */
    ACCEPTED_DOMAIN,
    /** The name of an outbound connector of the organization. */
    OUTBOUND_CONNECTOR,
    /** The id of an organization, which may be another one. */
    ORGANIZATION,
    /** Public addresses of a gateway. */
    GATEWAY,
    /** A recipient in an accepted domain. */
    RECIPIENT,
    /** A mailbox, a domain, or a wildcard. */
    MAILBOXES,
    /** The name of a header field (RFC 5322 §3.6.8). */
    HEADER_FIELD,
    /** A text that is looked for in a header field. */
    WORD,
    /** Of which the object's own check says what it is. */
    OTHER;

    /** Whether it is a domain name, which has one spelling. */
    public boolean domain() {
      return switch (this) {
        case DOMAIN, CERTIFICATE_NAME, HOST_NAME, DOMAIN_PATTERN, ACCEPTED_DOMAIN -> true;
        default -> false;
      };
    }
  }

  /** The value of a flag that the file does not name. */
  interface Standing {
    /**
     * @param written whether the file names a field
     * @param object with the fields of the rows before
     */
    boolean of(Predicate<String> written, MessageOrBuilder object);
  }
}
