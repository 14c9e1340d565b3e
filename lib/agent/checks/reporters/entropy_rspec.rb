# A formatter for RSpec that writes one JSON line per result beside what RSpec prints.
require 'entropy_results'

class EntropyRspec
  RSpec::Core::Formatters.register self, :start, :message, :example_started, :example_passed, :example_failed,
                                   :example_pending, :close

  def initialize(_output); end

  def start(_notification)
    EntropyResults.begin('rspec')
  end

  # What stands outside of examples did not load.
  def message(notification)
    return unless notification.message.include?('error occurred outside of examples')

    EntropyResults.begin('rspec')
    where = notification.message[/while loading (\S+?)\.?$/, 1] || ''
    EntropyResults.append(file: EntropyResults.relative(where), names: [], status: 'failed', load: true,
                          message: notification.message[0, 4000])
  end

  def example_started(notification)
    tell(notification.example, 'started')
  end

  def example_passed(notification)
    tell(notification.example, 'passed')
  end

  def example_pending(notification)
    tell(notification.example, 'skipped')
  end

  def example_failed(notification)
    tell(notification.example, 'failed', notification.exception.full_message(highlight: false)[0, 4000])
  end

  def close(_notification)
    EntropyResults.finish
  end

  private

  def tell(example, status, message = nil)
    groups = example.example_group.parent_groups.reverse.map(&:description)
    line = { file: EntropyResults.relative(example.metadata[:file_path]), names: groups + [example.description],
             status: status }
    line[:message] = message if message
    EntropyResults.append(line)
  end
end
