"""The agency's copy of the list on disk: LMDB environments, their layout, one writer each, readers in any process."""
