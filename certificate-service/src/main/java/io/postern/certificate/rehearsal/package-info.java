/** What a change of a certificate would do, before it is made. */
@NullMarked
package io.postern.certificate.rehearsal;

import org.jspecify.annotations.NullMarked;
