# This process's own results file: one JSON line per result, and at the end a digest of them all. The key is taken
# away while this process reports, so that no other can sign results, and put back at its end.
require 'json'
require 'digest'

module EntropyResults
  module_function

  def begin(kind)
    return @out && @pid == Process.pid if defined?(@pid)

    @pid = Process.pid
    @folder = ENV.fetch('ENTROPY_RESULTS', '.')
    mine = File.join(@folder, "taken-#{@pid}")
    begin
      File.rename(File.join(@folder, 'key'), mine)
      @key = File.read(mine)
      File.unlink(mine)
      @out = File.open(File.join(@folder, "ruby-#{@pid}.jsonl"), File::WRONLY | File::CREAT | File::EXCL)
    rescue SystemCallError
      return false
    end
    @body = +''
    append(hello: kind)
    true
  end

  def append(line)
    return unless @out && @pid == Process.pid

    text = "#{JSON.generate(line, script_safe: false)}\n"
    @body << text
    @out.write(text)
    @out.flush
  end

  def finish
    return unless @out && @pid == Process.pid

    @out.write("{\"end\": \"#{hmac(@key, @body)}\"}\n")
    @out.close
    @out = nil
    File.open(File.join(@folder, 'key'), File::WRONLY | File::CREAT | File::EXCL) { |file| file.write(@key) }
  end

  # HMAC with SHA-256 by hand: Ruby may be built without OpenSSL.
  def hmac(key, text)
    padded = key.b.ljust(64, "\0".b)
    inner = padded.bytes.map { |byte| byte ^ 0x36 }.pack('C*')
    outer = padded.bytes.map { |byte| byte ^ 0x5c }.pack('C*')
    Digest::SHA256.hexdigest(outer + Digest::SHA256.digest(inner + text.b))
  end

  def relative(path)
    full = File.expand_path(path.to_s)
    root = "#{Dir.pwd}/"
    full.start_with?(root) ? full[root.length..] : path.to_s
  end
end
