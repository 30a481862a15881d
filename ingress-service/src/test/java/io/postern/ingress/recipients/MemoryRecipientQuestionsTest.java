package io.postern.ingress.recipients;

import io.postern.ingress.recipients.RecipientQuestions.Existence;
import io.postern.ingress.recipients.RecipientQuestions.Mailbox;

class MemoryRecipientQuestionsTest extends RecipientQuestionsContract {
  private final MemoryRecipientQuestions questions = new MemoryRecipientQuestions();

  @Override
  RecipientQuestions questions() {
    return questions;
  }

  @Override
  void answer(Mailbox mailbox, Existence existence) {
    questions.answers(mailbox.address(), existence);
  }

  @Override
  long asked(String address) {
    return questions.asked().stream().filter(address::equals).count();
  }
}
