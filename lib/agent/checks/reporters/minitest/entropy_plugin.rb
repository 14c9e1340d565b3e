# Minitest loads this by its name, and so gets a reporter that writes one JSON line per result.
require 'entropy_results'

module Minitest
  class EntropyReporter < AbstractReporter
    def start
      EntropyResults.begin('minitest')
    end

    def prerecord(klass, name)
      EntropyResults.append(file: EntropyReporter.file(klass, name), names: [klass.name.to_s, name], status: 'started')
    end

    def record(result)
      file = EntropyResults.relative(result.source_location[0])
      status = result.skipped? ? 'skipped' : result.passed? ? 'passed' : 'failed'
      line = { file: file, names: [result.klass, result.name], status: status }
      line[:message] = result.failures.map(&:message).join("\n")[0, 4000] unless result.passed?
      EntropyResults.append(line)
    end

    def report
      EntropyResults.finish
    end

    def self.file(klass, name)
      EntropyResults.relative(klass.instance_method(name).source_location[0])
    rescue NameError
      ''
    end
  end

  def self.plugin_entropy_init(_options)
    reporter << EntropyReporter.new if ENV['ENTROPY_RESULTS']
  end
end
