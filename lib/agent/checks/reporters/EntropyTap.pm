package EntropyTap;

# A formatter for TAP::Harness that writes one JSON line per result into this process's own results file, signed at
# its end, beside what it prints as usual. The tests are other processes.
use strict;
use warnings;
use Digest::SHA ();
use JSON::PP ();
use parent 'TAP::Formatter::Console';

my %state;

sub _append {
    my ($line) = @_;
    return unless $state{out};
    my $text = JSON::PP->new->ascii->canonical->encode($line) . "\n";
    $state{body} .= $text;
    print { $state{out} } $text;
}

# The key is taken away while this process reports, so that no other can sign results, and put back at its end.
sub _begin {
    return if exists $state{pid};
    $state{pid} = $$;
    my $folder = $ENV{ENTROPY_RESULTS} or return;
    my $mine = "$folder/taken-$$";
    rename "$folder/key", $mine or return;
    open my $in, '<', $mine or return;
    my $key = <$in>;
    close $in;
    unlink $mine;
    open my $out, '>', "$folder/perl-$$.jsonl" or return;
    binmode $out;
    @state{qw(folder key out body)} = ( $folder, $key, $out, '' );
    _append( { hello => 'prove' } );
}

sub _end {
    return unless $state{out} && $state{pid} == $$;
    my $out    = delete $state{out};
    my $digest = Digest::SHA::hmac_sha256_hex( $state{body}, $state{key} );
    print {$out} qq({"end": "$digest"}\n);
    close $out;
    open my $back, '>', "$state{folder}/key" or return;
    print {$back} delete $state{key};
    close $back;
}

END { my $code = $?; _end(); $? = $code }

sub prepare {
    my ( $self, @rest ) = @_;
    _begin();
    return $self->SUPER::prepare(@rest);
}

sub open_test {
    my ( $self, $test, $parser ) = @_;
    _begin();
    my $session = $self->SUPER::open_test( $test, $parser );
    my $seen    = 0;
    my $bad     = 0;
    $parser->callback(
        test => sub {
            my ($result) = @_;
            my $name = $result->description // '';
            $name =~ s/^\s*-\s*//;
            my $status = $result->is_ok ? 'passed' : 'failed';
            $status = 'skipped' if $result->has_skip || $result->has_todo;
            $seen++;
            $bad++ if $status eq 'failed';
            my %line = ( file => $test, names => [ $name eq '' ? '(unnamed)' : $name ], status => $status );
            $line{message} = $result->raw if $status eq 'failed';
            _append( \%line );
        }
    );
    $parser->callback(
        EOF => sub {
            my ($done) = @_;
            my $skipped = $done->skip_all;
            if ( defined $skipped && !$seen ) {
                _append( { file => $test, names => [], status => 'skipped' } );
            }
            elsif ( $done->has_problems && !$bad ) {
                my @why = $done->parse_errors;
                push @why, 'exit code ' . $done->exit if $done->exit;
                my %line = ( file => $test, names => [], status => 'failed', message => join( "\n", @why ) );
                $line{load} = JSON::PP::true() unless $seen;
                _append( \%line );
            }
        }
    );
    return $session;
}

1;
