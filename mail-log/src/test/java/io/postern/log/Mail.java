package io.postern.log;

import io.postern.contracts.v1.ContentReference;
import io.postern.contracts.v1.ContentSegment;
import io.postern.contracts.v1.MessageAccepted;
import io.postern.contracts.v1.RecipientGroup;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Random;

/** Messages for tests: in through {@link MessageLog}, out through {@link ContentReader}. */
record Mail(MessageAccepted accepted, byte[] content) {
  static Mail send(MessageLog log, byte[] content) throws LogUnavailableException {
    Intake intake = log.begin();
    ByteBuffer source = ByteBuffer.wrap(content);
    while (source.hasRemaining()) {
      int piece = Math.min(source.remaining(), 16_000);
      intake.write(source.slice(source.position(), piece));
      source.position(source.position() + piece);
    }
    return finish(intake, content);
  }

  static Mail finish(Intake intake, byte[] content) throws LogUnavailableException {
    ContentReference reference = intake.finishContent();
    MessageAccepted accepted =
        MessageAccepted.newBuilder()
            .setQueueId(intake.queueId().value())
            .addGroups(RecipientGroup.newBuilder().setOrganization("contoso").addRecipients(0))
            .addContent(ContentSegment.newBuilder().setReference(reference))
            .build();
    intake.accept(accepted);
    return new Mail(accepted, content);
  }

  ContentReference reference() {
    return accepted.getContent(0).getReference();
  }

  static byte[] bytes(Random random, int length) {
    byte[] bytes = new byte[length];
    random.nextBytes(bytes);
    return bytes;
  }

  static byte[] read(ContentReader reader, List<ContentSegment> segments) throws ContentException {
    try (ContentStream stream = reader.open(segments)) {
      return read(stream);
    }
  }

  static byte[] read(ContentStream stream) throws ContentException {
    ByteArrayOutputStream all = new ByteArrayOutputStream();
    for (ByteBuffer buffer = stream.next(); buffer != null; buffer = stream.next()) {
      byte[] piece = new byte[buffer.remaining()];
      buffer.get(piece);
      all.writeBytes(piece);
    }
    return all.toByteArray();
  }
}
