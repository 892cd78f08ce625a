using System.Diagnostics;
using System.Text;
using PatchTools.Adapters.Compression;
using PatchTools.Ports;
using PatchTools.Testing;
using Xunit;

namespace PatchTools.Adapters.Tests;

public sealed class CompressionTests
{
    [Theory]
    [InlineData(CompressionFormat.Lz4, "lz4")]
    [InlineData(CompressionFormat.Xz, "xz")]
    [InlineData(CompressionFormat.Zstd, "zstd")]
    [InlineData(CompressionFormat.Bzip2, "bzip2")]
    public void What_the_real_tool_compressed_comes_out_whole(CompressionFormat format, string tool)
    {
        Rig.NeedsCommands(tool);
        var plain = Encoding.UTF8.GetBytes(string.Concat(Enumerable.Range(0, 50_000).Select(i => $"Package: p{i}\n")));

        using var stream = new Decompressor().Open(format, new MemoryStream(Compress(tool, plain)));
        using var target = new MemoryStream();
        stream.CopyTo(target);

        Assert.True(plain.AsSpan().SequenceEqual(target.ToArray()));
    }

    private static byte[] Compress(string tool, byte[] plain)
    {
        var start = new ProcessStartInfo(tool) { RedirectStandardInput = true, RedirectStandardOutput = true };
        start.ArgumentList.Add("-c");
        using var process = Process.Start(start)!;
        var writing = Task.Run(() =>
        {
            process.StandardInput.BaseStream.Write(plain);
            process.StandardInput.Close();
        });
        using var output = new MemoryStream();
        process.StandardOutput.BaseStream.CopyTo(output);
        writing.Wait();
        process.WaitForExit();
        Assert.Equal(0, process.ExitCode);
        return output.ToArray();
    }
}
