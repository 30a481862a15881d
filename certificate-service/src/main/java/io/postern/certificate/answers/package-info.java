/** Questions from the log, verdicts into it; start, health and metrics of the service. */
@NullMarked
package io.postern.certificate.answers;

import org.jspecify.annotations.NullMarked;
