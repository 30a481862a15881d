package io.postern.e2e.kills.mutation;

import java.lang.classfile.CodeBuilder;
import java.lang.constant.ClassDesc;
import java.lang.constant.ConstantDescs;
import java.lang.constant.MethodTypeDesc;
import java.util.Locale;

/**
 * The faults: the method that each is put in front of, and what stands there. Nothing happens until
 * a fault is switched on (see {@link Switch}).
 */
enum Mutation {
  /** Whoever waits for the log's acknowledgement goes on at once: 250 comes before the flush. */
  ACK_BEFORE_FLUSH("io.postern.log.sending.Acknowledgements", "awaitAll") {
    @Override
    void emit(CodeBuilder code) {
      code.lconst_0()
          .invokestatic(
              ConstantDescs.CD_Long,
              "valueOf",
              MethodTypeDesc.of(ConstantDescs.CD_Long, ConstantDescs.CD_long))
          .invokestatic(
              Types.LIST, "of", MethodTypeDesc.of(Types.LIST, ConstantDescs.CD_Object), true)
          .areturn();
    }
  },

  /** A delivery's Decision counts as finished when it begins. */
  POSITION_BEFORE_OUTCOME("io.postern.delivery.position.PartitionWork", "start") {
    @Override
    void emit(CodeBuilder code) {
      code.aload(code.parameterSlot(0))
          .invokestatic(
              of(Switch.class.getName()),
              "finished",
              MethodTypeDesc.of(ConstantDescs.CD_void, ConstantDescs.CD_Object));
    }
  },

  /** An outcome counts as acknowledged, and is not sent. */
  OUTCOME_DROPPED("io.postern.delivery.position.OutcomeLog", "send") {
    @Override
    void emit(CodeBuilder code) {
      code.aload(code.receiverSlot())
          .aload(code.parameterSlot(0))
          .aload(code.parameterSlot(1))
          .invokestatic(
              of(Switch.class.getName()),
              "acknowledged",
              MethodTypeDesc.of(
                  ConstantDescs.CD_boolean,
                  ConstantDescs.CD_Object,
                  ConstantDescs.CD_Object,
                  ConstantDescs.CD_Object))
          .ifThen(CodeBuilder::return_);
    }
  },

  /** The decider's position stays where it is: whoever follows decides all again. No fault. */
  DECIDER_POSITION_OLD("io.postern.policy.GroupMember", "commitLater") {
    @Override
    void emit(CodeBuilder code) {
      code.return_();
    }
  },

  /** A Decision counts whatever came before it. */
  CHAIN_IGNORED("io.postern.log.rules.Chain", "read") {
    @Override
    void emit(CodeBuilder code) {
      ClassDesc link = of("io.postern.log.rules.Chain$Link");
      code.getstatic(link, "NEXT", link).areturn();
    }
  },

  /** Each DSN is written two times. */
  DSN_TWICE("io.postern.policy.notices.NoticeWriter", "commit") {
    @Override
    void emit(CodeBuilder code) {
      code.aload(code.parameterSlot(1))
          .invokestatic(
              of(Switch.class.getName()),
              "twice",
              MethodTypeDesc.of(ConstantDescs.CD_void, Types.LIST));
    }
  },

  /** What the scheduler wants to keep of a recipient is not kept. */
  SCHEDULER_ENTRY_LOST("io.postern.policy.scheduler.Entries", "put", 3) {
    @Override
    void emit(CodeBuilder code) {
      code.return_();
    }
  },

  /** The final dot waits for nothing. */
  LEASE_IGNORED("io.postern.delivery.position.OpenDelivery", "awaitDot") {
    @Override
    void emit(CodeBuilder code) {
      code.loadConstant(30L)
          .invokestatic(
              Types.DURATION, "ofSeconds", MethodTypeDesc.of(Types.DURATION, ConstantDescs.CD_long))
          .areturn();
    }
  },

  /** Who has lost a delivery does not end it. */
  LEASE_IGNORED_AT_CLOSE("io.postern.delivery.position.OpenDelivery", "close") {
    @Override
    void emit(CodeBuilder code) {
      code.iconst_0().ireturn();
    }
  },

  /** Nor does it ask whether it still has it. */
  LEASE_IGNORED_ALL_ALONG("io.postern.delivery.position.OpenDelivery", "held") {
    @Override
    void emit(CodeBuilder code) {
      code.iconst_1().ireturn();
    }
  },

  /** Every connection meets every requirement. */
  GATE_SKIPPED("io.postern.delivery.gate.TlsGate", "decide") {
    @Override
    void emit(CodeBuilder code) {
      ClassDesc pass = of("io.postern.delivery.gate.TlsGate$Ruling$Pass");
      code.new_(pass)
          .dup()
          .ldc("domain-validation")
          .invokespecial(
              pass, "<init>", MethodTypeDesc.of(ConstantDescs.CD_void, ConstantDescs.CD_String))
          .areturn();
    }
  };

  private static final int ANY = -1;

  private final String owner;
  private final String method;
  private final int parameters;

  Mutation(String owner, String method) {
    this(owner, method, ANY);
  }

  Mutation(String owner, String method, int parameters) {
    this.owner = owner;
    this.method = method;
    this.parameters = parameters;
  }

  /** What is done when it is switched on; may leave the method. */
  abstract void emit(CodeBuilder code);

  /** As in {@link Switch}. */
  String key() {
    return name().toLowerCase(Locale.ROOT).replace('_', '-');
  }

  boolean isIn(String name, MethodTypeDesc type) {
    return method.equals(name) && (parameters == ANY || type.parameterCount() == parameters);
  }

  String method() {
    return method;
  }

  /** The class, named as in class files. */
  String internalOwner() {
    return owner.replace('.', '/');
  }

  static ClassDesc of(String className) {
    return ClassDesc.of(className);
  }

  private static final class Types {
    static final ClassDesc LIST = ClassDesc.of("java.util.List");
    static final ClassDesc DURATION = ClassDesc.of("java.time.Duration");
  }
}
