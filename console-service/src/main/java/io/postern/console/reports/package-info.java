/** Reports over days: TLS by connector, transit security, failures, senders of other domains. */
@NullMarked
package io.postern.console.reports;

import org.jspecify.annotations.NullMarked;
