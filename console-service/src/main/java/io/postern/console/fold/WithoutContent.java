package io.postern.console.fold;

import com.google.protobuf.CodedInputStream;
import com.google.protobuf.WireFormat;
import io.postern.contracts.v1.Decision;
import io.postern.contracts.v1.DeliveryRequested;
import io.postern.contracts.v1.MessageAccepted;
import java.io.ByteArrayOutputStream;
import java.io.IOException;

/**
 * The octets of records without what names the content of their message, and without its header
 * fields, which are content: nobody finds a subject in a read model of 90 days. Other fields stay
 * as they are, also those that this version does not know. The records were parsed before.
 * Stateless.
 */
final class WithoutContent {
  private WithoutContent() {}

  /** Of {@link MessageAccepted}. */
  static byte[] accepted(byte[] record) throws IOException {
    return without(
        record, MessageAccepted.HEADER_BLOCK_FIELD_NUMBER, MessageAccepted.CONTENT_FIELD_NUMBER);
  }

  /** Of {@link Decision}. */
  static byte[] decision(byte[] record) throws IOException {
    CodedInputStream in = CodedInputStream.newInstance(record);
    ByteArrayOutputStream out = new ByteArrayOutputStream(record.length);
    int begin = 0;
    for (int tag = in.readTag(); tag != 0; tag = in.readTag()) {
      if (WireFormat.getTagFieldNumber(tag) == Decision.DELIVERIES_FIELD_NUMBER) {
        int behindTag = in.getTotalBytesRead();
        byte[] delivery = in.readByteArray();
        byte[] kept = without(delivery, DeliveryRequested.CONTENT_FIELD_NUMBER, 0);
        out.write(record, begin, behindTag - begin);
        length(out, kept.length);
        out.write(kept, 0, kept.length);
      } else {
        in.skipField(tag);
        out.write(record, begin, in.getTotalBytesRead() - begin);
      }
      begin = in.getTotalBytesRead();
    }
    return out.toByteArray();
  }

  private static byte[] without(byte[] record, int one, int other) throws IOException {
    CodedInputStream in = CodedInputStream.newInstance(record);
    ByteArrayOutputStream out = new ByteArrayOutputStream(record.length);
    int begin = 0;
    for (int tag = in.readTag(); tag != 0; tag = in.readTag()) {
      in.skipField(tag);
      int end = in.getTotalBytesRead();
      int field = WireFormat.getTagFieldNumber(tag);
      if (field != one && field != other) {
        out.write(record, begin, end - begin);
      }
      begin = end;
    }
    return out.toByteArray();
  }

  private static void length(ByteArrayOutputStream out, int length) {
    int rest = length;
    while (rest >= 0x80) {
      out.write(rest & 0x7f | 0x80);
      rest >>>= 7;
    }
    out.write(rest);
  }
}
