package io.postern.operator.audit.wire;

import io.postern.contracts.v1.OutcomeId;
import io.postern.contracts.v1.OutcomeRecorded;
import io.postern.contracts.v1.PartitionOwner;
import io.postern.contracts.v1.RecipientOutcome;
import io.postern.contracts.v1.TlsFacts;
import java.io.IOException;
import java.nio.ByteBuffer;

/** An OutcomeRecorded, its own record or one of a Decision, reused. One thread. */
public final class OutcomeFields {
  public final Slice queueId = new Slice();
  public final Slice token = new Slice();
  public final Slice verdict = new Slice();
  public final RequirementFields requirement = new RequirementFields();

  /** Hash of incarnation and number; 0: it has no id. */
  public long id;

  public int attempt;
  public boolean late;
  public boolean afterStillOpen;
  public long acceptedOffset;

  // Who wrote it; three zeros: nobody that is named.
  public int era;
  public int generation;
  public int take;

  /** The owner has the partition from here on; nothing else is set. */
  public boolean partitionTaken;

  public boolean tlsFacts;
  public int tlsVersion;
  public boolean forwardSecrecy;
  public boolean peerChain;

  public final Ints recipients = new Ints();
  public final Ints kinds = new Ints();

  /** 1: not delivered, although the next hop may have taken the message. */
  public final Ints doubts = new Ints();

  private final Slice text = new Slice();

  public void read(ByteBuffer value) throws IOException {
    read(Reading.of(value));
  }

  void read(Reading in, int entered) throws IOException {
    read(in);
    in.leave(entered);
  }

  private void read(Reading in) throws IOException {
    clear();
    for (int tag = in.tag(); tag != 0; tag = in.tag()) {
      switch (Reading.field(tag)) {
        case OutcomeRecorded.ID_FIELD_NUMBER -> id(in, in.enter(tag));
        case OutcomeRecorded.QUEUE_ID_FIELD_NUMBER -> in.bytes(tag, queueId);
        case OutcomeRecorded.ATTEMPT_FIELD_NUMBER -> attempt = (int) in.number(tag);
        case OutcomeRecorded.RECIPIENTS_FIELD_NUMBER -> recipient(in, in.enter(tag));
        case OutcomeRecorded.REQUIREMENT_FIELD_NUMBER -> requirement.read(in, in.enter(tag));
        case OutcomeRecorded.TOKEN_FIELD_NUMBER -> in.bytes(tag, token);
        case OutcomeRecorded.TLS_FACTS_FIELD_NUMBER -> facts(in, in.enter(tag));
        case OutcomeRecorded.VERDICT_FIELD_NUMBER -> in.bytes(tag, verdict);
        case OutcomeRecorded.LATE_FIELD_NUMBER -> late = in.flag(tag);
        case OutcomeRecorded.AFTER_STILL_OPEN_FIELD_NUMBER -> afterStillOpen = in.flag(tag);
        case OutcomeRecorded.ACCEPTED_OFFSET_FIELD_NUMBER -> acceptedOffset = in.number(tag);
        case OutcomeRecorded.OWNER_FIELD_NUMBER -> owner(in, in.enter(tag));
        case OutcomeRecorded.PARTITION_TAKEN_FIELD_NUMBER -> partitionTaken = in.flag(tag);
        default -> in.skip(tag);
      }
    }
  }

  private void clear() {
    queueId.clear();
    token.clear();
    verdict.clear();
    requirement.clear();
    id = 0;
    attempt = 0;
    late = false;
    afterStillOpen = false;
    acceptedOffset = 0;
    era = 0;
    generation = 0;
    take = 0;
    partitionTaken = false;
    tlsFacts = false;
    tlsVersion = 0;
    forwardSecrecy = false;
    peerChain = false;
    recipients.clear();
    kinds.clear();
    doubts.clear();
  }

  private void id(Reading in, int entered) throws IOException {
    long incarnation = 0;
    long number = 0;
    for (int tag = in.tag(); tag != 0; tag = in.tag()) {
      switch (Reading.field(tag)) {
        case OutcomeId.INCARNATION_FIELD_NUMBER -> {
          in.bytes(tag, text);
          incarnation = text.hash();
        }
        case OutcomeId.NUMBER_FIELD_NUMBER -> number = in.number(tag);
        default -> in.skip(tag);
      }
    }
    in.leave(entered);
    if (incarnation != 0) {
      long mixed = (incarnation ^ number * 0x9e3779b97f4a7c15L) * 0xff51afd7ed558ccdL;
      id = mixed ^ mixed >>> 32;
      id = id == 0 ? 1 : id;
    }
  }

  private void owner(Reading in, int entered) throws IOException {
    for (int tag = in.tag(); tag != 0; tag = in.tag()) {
      switch (Reading.field(tag)) {
        case PartitionOwner.ERA_FIELD_NUMBER -> era = (int) in.number(tag);
        case PartitionOwner.GENERATION_FIELD_NUMBER -> generation = (int) in.number(tag);
        case PartitionOwner.TAKE_FIELD_NUMBER -> take = (int) in.number(tag);
        default -> in.skip(tag);
      }
    }
    in.leave(entered);
    if (era < 0 || generation < 0 || take < 0) {
      throw new IOException("its owner's numbers are negative");
    }
  }

  private void recipient(Reading in, int entered) throws IOException {
    recipients.add(0);
    kinds.add(0);
    doubts.add(0);
    for (int tag = in.tag(); tag != 0; tag = in.tag()) {
      switch (Reading.field(tag)) {
        case RecipientOutcome.RECIPIENT_FIELD_NUMBER -> recipients.setLast((int) in.number(tag));
        case RecipientOutcome.KIND_FIELD_NUMBER -> kinds.setLast((int) in.number(tag));
        case RecipientOutcome.MAY_HAVE_BEEN_TAKEN_FIELD_NUMBER ->
            doubts.setLast(in.flag(tag) ? 1 : 0);
        default -> in.skip(tag);
      }
    }
    in.leave(entered);
  }

  private void facts(Reading in, int entered) throws IOException {
    tlsFacts = true;
    for (int tag = in.tag(); tag != 0; tag = in.tag()) {
      switch (Reading.field(tag)) {
        case TlsFacts.VERSION_FIELD_NUMBER -> tlsVersion = (int) in.number(tag);
        case TlsFacts.FORWARD_SECRECY_FIELD_NUMBER -> forwardSecrecy = in.flag(tag);
        case TlsFacts.PEER_CHAIN_FINGERPRINT_FIELD_NUMBER -> {
          in.bytes(tag, text);
          peerChain = !text.isEmpty();
        }
        default -> in.skip(tag);
      }
    }
    in.leave(entered);
  }
}
