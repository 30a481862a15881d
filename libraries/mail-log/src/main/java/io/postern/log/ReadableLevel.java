package io.postern.log;

import io.postern.contracts.ContractLevel;
import io.postern.contracts.Headers;
import org.apache.kafka.common.errors.SerializationException;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;

/**
 * Deserializer of the values of all readers of the log: it refuses a record of a contract level
 * above the one that this version reads (docs/design/the-log.md, "Contract level"). The reader's
 * poll then fails with the record's place, and goes no further: no version acts on what it does not
 * understand, however late it learns of the level. Stateless.
 */
public final class ReadableLevel extends ByteArrayDeserializer {
  @Override
  public byte[] deserialize(
      String topic, org.apache.kafka.common.header.Headers headers, byte[] value) {
    Header level = headers.lastHeader(Headers.LEVEL);
    if (level != null && !ContractLevel.mayRead(ContractLevel.READS, level.value())) {
      throw new SerializationException(
          "a record of "
              + topic
              + " is of a later contract level than "
              + ContractLevel.READS
              + ", which this version reads: start a version that reads it");
    }
    return value;
  }
}
