using System.Text;
using Nsn.Protocol.Cryptography;
using Nsn.Protocol.Merkle;

namespace Nsn.Protocol.Tests.Merkle;

public sealed class MerkleTests
{
    [Fact]
    public void Every_leaf_of_every_size_has_a_proof_that_holds_for_it_alone()
    {
        for (int count = 1; count <= 40; count++)
        {
            MerkleTree tree = MerkleTree.Build(Leaves(count));
            for (int i = 0; i < count; i++)
            {
                Hash256[] proof = tree.Prove(i);
                for (int j = 0; j < count; j++)
                    Assert.Equal(i == j, MerkleProof.Verify(tree.Root, Leaf(i), (uint)j, (uint)count, proof));
                Assert.False(MerkleProof.Verify(tree.Root, Leaf(i), (uint)i, (uint)count + 1, proof));
                Assert.False(MerkleProof.Verify(tree.Root, Leaf(i), (uint)i, (uint)count, [.. proof, Leaf(0)]));
            }
        }
    }

    [Fact]
    public void The_shape_is_that_of_RFC_6962()
    {
        for (int count = 1; count <= 40; count++)
            Assert.Equal(MerkleHash.Root((uint)count, Recursive(Leaves(count))), MerkleTree.Build(Leaves(count)).Root);
    }

    [Fact]
    public void An_inner_node_is_no_leaf()
    {
        Hash256 inner = MerkleHash.Node(Leaf(0), Leaf(1));
        MerkleTree four = MerkleTree.Build(Leaves(4));
        Assert.False(MerkleProof.Verify(four.Root, inner, 0, 2, [MerkleHash.Node(Leaf(2), Leaf(3))]));
    }

    // Section 2.1 of RFC 6962 as it is written there.
    private static Hash256 Recursive(ReadOnlySpan<Hash256> leaves)
    {
        if (leaves.Length == 1)
            return leaves[0];
        int k = 1;
        while (k * 2 < leaves.Length)
            k *= 2;
        return MerkleHash.Node(Recursive(leaves[..k]), Recursive(leaves[k..]));
    }

    private static Hash256[] Leaves(int count) => [.. Enumerable.Range(0, count).Select(Leaf)];

    private static Hash256 Leaf(int i) => MerkleHash.Leaf(Encoding.ASCII.GetBytes($"leaf {i}"));
}
