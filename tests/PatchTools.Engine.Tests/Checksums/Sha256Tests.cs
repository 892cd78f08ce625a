using System.Security.Cryptography;
using CsCheck;
using PatchTools.Checksums;
using PatchTools.Testing;
using Xunit;

namespace PatchTools.Engine.Tests.Checksums;

public sealed class Sha256Tests
{
    /// <summary>Lengths around the block's, where the padding takes a block more.</summary>
    [Fact]
    public void The_managed_code_agrees_with_OpenSSL_at_every_length()
    {
        var content = new byte[300];
        new Random(14).NextBytes(content);
        for (var length = 0; length <= content.Length; length++)
            Assert.Equal(SHA256.HashData(content.AsSpan(0, length)), Sha256.Managed(content.AsSpan(0, length)));
    }

    [Fact]
    public void The_managed_code_agrees_with_OpenSSL_on_anything() =>
        Gen.Byte.Array[0, 5000].ForAll(content => SHA256.HashData(content).SequenceEqual(Sha256.Managed(content)));

    /// <summary>Around the length of a buffer, where the next one begins.</summary>
    [Fact]
    public void The_managed_code_agrees_with_OpenSSL_on_streams()
    {
        var content = new byte[600_000];
        new Random(14).NextBytes(content);
        foreach (var length in new[] { 0, 1, 63, 64, 262_143, 262_144, 262_145, 524_288, 600_000 })
        {
            using var stream = new MemoryStream(content, 0, length);
            Assert.Equal(SHA256.HashData(content.AsSpan(0, length)), Sha256.Managed(stream));
        }
    }

    [Fact]
    public void The_version_that_the_distribution_wants_is_looked_for_first() =>
        Assert.Equal(["libssl.so.9", "libssl.so.3", "libssl.so.1.1"], OpenSslLibrary.Names("9").Take(3));
}
