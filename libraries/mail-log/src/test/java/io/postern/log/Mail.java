package io.postern.log;

import io.postern.contracts.v1.ContentReference;
import io.postern.contracts.v1.ContentSegment;
import io.postern.contracts.v1.MessageAccepted;
import io.postern.contracts.v1.RecipientGroup;
import io.postern.log.content.ContentException;
import io.postern.log.content.ContentReader;
import io.postern.log.content.ContentStream;
import io.postern.log.sending.Intake;
import io.postern.log.sending.MessageLog;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Random;

/** Messages for tests: in through {@link MessageLog}, out through {@link ContentReader}. */
public record Mail(MessageAccepted accepted, byte[] content) {
  public static Mail send(MessageLog log, byte[] content) throws LogUnavailableException {
    Intake intake = log.begin();
    ByteBuffer source = ByteBuffer.wrap(content);
    while (source.hasRemaining()) {
      int piece = Math.min(source.remaining(), 16_000);
      intake.write(source.slice(source.position(), piece));
      source.position(source.position() + piece);
    }
    return finish(intake, content);
  }

  public static Mail finish(Intake intake, byte[] content) throws LogUnavailableException {
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

  public ContentReference reference() {
    return accepted.getContent(0).getReference();
  }

  public static byte[] bytes(Random random, int length) {
    byte[] bytes = new byte[length];
    random.nextBytes(bytes);
    return bytes;
  }

  public static byte[] read(ContentReader reader, List<ContentSegment> segments)
      throws ContentException {
    try (ContentStream stream = reader.open(segments)) {
      return read(stream);
    }
  }

  public static byte[] read(ContentStream stream) throws ContentException {
    ByteArrayOutputStream all = new ByteArrayOutputStream();
    for (ByteBuffer buffer = stream.next(); buffer != null; buffer = stream.next()) {
      byte[] piece = new byte[buffer.remaining()];
      buffer.get(piece);
      all.writeBytes(piece);
    }
    return all.toByteArray();
  }
}
